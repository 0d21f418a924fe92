// Moves the focus to what changed, and ties each error message to its field, which Streamlit cannot do by itself.
export default function ({ data }) {
  if (!data) return;
  for (const field of data.fields) {
    const input = document.querySelector(`.st-key-${field} input`);
    const message = document.getElementById(`${field}-error`);
    if (!input) continue;
    if (message) {
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", message.id);
    } else {
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
    }
    const link = document.querySelector(`a[href="#${field}"]`);
    if (link) link.onclick = (event) => { event.preventDefault(); input.focus(); };
  }
  if (data.target === null) return;
  const target = document.querySelector(`.st-key-${data.target}`);
  if (!target || target.dataset.done === String(data.turn)) return;
  target.dataset.done = String(data.turn);
  target.setAttribute("tabindex", "-1");
  if (data.alert) target.setAttribute("role", "alert");
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: data.alert ? "center" : "start" });
}
