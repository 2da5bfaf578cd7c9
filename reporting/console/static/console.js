"use strict";
// Everything works without this file; it adds the keyboard and the count of what is picked.
(() => {
  const work = document.getElementById("work");
  const cases = [...document.querySelectorAll(".case")];
  const picks = cases.map((one) => one.querySelector("input[name=pick]"));
  const all = document.getElementById("all");
  const reason = document.getElementById("reason");
  let here = -1;

  function count() {
    const n = picks.filter((pick) => pick.checked).length;
    document.getElementById("picked").textContent = n ? `已选 ${n} 个` : "";
    all.checked = n === picks.length;
  }
  function go(to) {
    if (to < 0 || to >= cases.length) return;
    if (here >= 0) cases[here].classList.remove("here");
    here = to;
    cases[here].classList.add("here");
    cases[here].focus({ preventScroll: true });
    cases[here].scrollIntoView({ block: "center" });
  }
  function decide(review) {
    if (cases.length && !picks.some((pick) => pick.checked)) {
      if (here < 0) return;
      picks[here].checked = true;
      count();
    }
    const button = work && work.querySelector(`button[value=${review}]`);
    if (!button) return;
    if (review === "dismissed" && !reason.value.trim()) { reason.focus(); return; }
    work.requestSubmit(button);
  }
  function open(selector) {
    const link = (here >= 0 ? cases[here] : document).querySelector(selector);
    if (link) link.click();
  }

  if (all) {
    all.addEventListener("change", () => { picks.forEach((pick) => { pick.checked = all.checked; }); count(); });
    picks.forEach((pick) => pick.addEventListener("change", count));
  }
  if (work) {
    work.addEventListener("submit", (event) => {
      const review = event.submitter && event.submitter.value;
      if (review === "dismissed" && !reason.value.trim()) { event.preventDefault(); reason.focus(); }
    });
  }
  if (reason) {
    reason.addEventListener("keydown", (event) => {
      if (event.key === "Enter") { event.preventDefault(); if (reason.value.trim()) decide("dismissed"); }
    });
  }
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input:not([type=checkbox]), textarea, select");
    if (event.key === "Escape" && typing) { event.target.blur(); return; }
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const wording = document.getElementById("wording");
    const does = {
      j: () => go(here + 1), k: () => go(here - 1),
      x: () => { if (here >= 0) { picks[here].checked = !picks[here].checked; count(); } },
      c: () => decide("confirmed"), d: () => decide("dismissed"),
      n: () => open("a.next"), u: () => open("a.up"), e: () => wording && wording.focus(),
      Enter: () => { if (event.target.matches(".case")) open("a.open"); },
    }[event.key];
    if (does) { does(); if (event.key !== "Enter") event.preventDefault(); }
  });
})();
