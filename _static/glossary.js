/* Shows what a term means when one points at it, reaches it with the Tab key or taps it.
   Without this script a term is a plain link to the glossary. */
document.addEventListener("DOMContentLoaded", () => {
  const terms = document.querySelectorAll("a.term");
  if (!terms.length) return;

  const box = document.createElement("div");
  box.id = "term-meaning";
  box.setAttribute("role", "tooltip");
  box.hidden = true;
  document.body.append(box);
  let shown = null;
  let waiting = 0;

  function line(tag, text, language) {
    const element = document.createElement(tag);
    element.textContent = text;
    if (language) element.lang = language;
    return element;
  }

  function show(term) {
    clearTimeout(waiting);
    if (shown === term) return;
    hide();
    shown = term;
    const { term: name, means, hindi } = term.dataset;
    box.replaceChildren(line("b", name), line("p", means), line("p", hindi, "hi"));
    box.hidden = false;
    term.setAttribute("aria-describedby", box.id);
    const place = term.getBoundingClientRect();
    const room = document.documentElement.clientWidth - box.offsetWidth - 8;
    const above = place.bottom + box.offsetHeight + 8 > window.innerHeight;
    box.style.left = `${scrollX + Math.max(8, Math.min(place.left, room))}px`;
    box.style.top = `${scrollY + (above ? place.top - box.offsetHeight - 6 : place.bottom + 6)}px`;
  }

  function hide() {
    clearTimeout(waiting);
    if (shown) shown.removeAttribute("aria-describedby");
    shown = null;
    box.hidden = true;
  }

  const soon = (action) => {
    clearTimeout(waiting);
    waiting = setTimeout(action, 150);
  };

  for (const term of terms) {
    term.addEventListener("pointerenter", (event) => {
      if (event.pointerType === "mouse") soon(() => show(term));
    });
    term.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse") soon(hide);
    });
    term.addEventListener("focus", () => term.matches(":focus-visible") && show(term));
    term.addEventListener("blur", hide);
    term.addEventListener("click", (event) => {
      if (event.pointerType !== "touch" || shown === term) return;
      event.preventDefault(); /* the first tap shows, the second follows the link */
      show(term);
    });
  }
  box.addEventListener("pointerenter", () => clearTimeout(waiting));
  box.addEventListener("pointerleave", () => soon(hide));
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  document.addEventListener("pointerdown", (event) => {
    if (shown && !shown.contains(event.target) && !box.contains(event.target)) hide();
  });
});
