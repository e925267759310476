// mdBook's sidebar is opened by a label, which keys do not press, and which is all that there is
// without scripts. A button takes its place.
const label = document.getElementById("mdbook-sidebar-toggle");
const checkbox = document.getElementById("mdbook-sidebar-toggle-anchor");
const toggle = document.createElement("button");
toggle.className = label.className;
toggle.title = label.title;
toggle.setAttribute("aria-controls", "mdbook-sidebar");
toggle.append(...label.cloneNode(true).childNodes);
toggle.addEventListener("click", () => label.click());
const showToggled = () => toggle.setAttribute("aria-expanded", checkbox.checked);
checkbox.addEventListener("change", showToggled);
showToggled();
label.after(toggle);
label.style.display = "none";

// mdBook turns the page at an arrow key, wherever the focus is. What has the focus may need the key:
// a slider moves by it, and a wide table scrolls.
addEventListener("keydown", (event) => {
  if (event.key.startsWith("Arrow") && event.target !== document.body) event.stopPropagation();
}, { capture: true });

