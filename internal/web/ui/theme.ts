const choices = ["light", "dark", "auto"];

/**
 * Shows a theme at once when it is chosen in the preferences form. Keeping it
 * is the form's work: the server sets the cookie.
 */
export function themes(): void {
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || input.name !== "theme") return;
    if (!choices.includes(input.value)) return;
    document.documentElement.dataset["theme"] = input.value;
  });
}
