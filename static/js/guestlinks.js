/** The guest links: ending one is asked about first. */

const sheet = document.getElementById("end-sheet");

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-end]");
  if (!button) return;
  document.getElementById("end-name").textContent = button.dataset.title;
  document.getElementById("end-form").action = button.dataset.end;
  sheet.showModal();
});
