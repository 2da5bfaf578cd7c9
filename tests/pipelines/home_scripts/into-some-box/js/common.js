function show(id) { document.getElementById("con" + id).innerHTML = words[id]; }
