if (screen.width > 100) { window.location.href = "/new/"; }
