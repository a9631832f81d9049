// Puts the chosen theme on the page before it is painted. Runs in the head, so it must stay small.
(() => {
  const chosen = localStorage.getItem("theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
})();
