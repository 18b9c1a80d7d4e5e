// Who the person says they are: any roles together, or rather not said; the manager with a code if need be.

const form = document.getElementById("who");
const toggle = document.getElementById("who-toggle");
const error = document.getElementById("who-error");
const codeField = document.getElementById("code-field");
const code = document.getElementById("code");
const boxes = Array.from(form.querySelectorAll("[name=role]"));
const manager = form.querySelector('[value="manager"]');
const needsCode = document.body.dataset.manager === "code";

// onChoice gets the roles and the code.
export function watchWho(onChoice) {
  toggle.addEventListener("click", () => show(toggle.getAttribute("aria-expanded") !== "true"));
  manager.addEventListener("change", showCode);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
    if (!chosen.length) {
      fail("Please choose at least one, or “I’d rather not say”.", boxes[0]);
    } else if (asksCode() && !code.value.trim()) {
      fail("Please enter the one-time code.", code);
    } else {
      choose(onChoice, chosen, asksCode() ? code.value.trim() : "");
    }
  });
  document.getElementById("who-unknown").addEventListener("click", () => {
    for (const box of boxes) box.checked = false;
    showCode();
    choose(onChoice, ["unknown"], "");
  });
}

// Only on a narrow screen does the panel close; a wide one has room for it.
export function show(open) {
  toggle.setAttribute("aria-expanded", String(open));
}

// The choice came to nothing: show it again as it was made, and why.
export function refused(text, choice) {
  show(true);
  for (const box of boxes) box.checked = choice.roles.includes(box.value);
  code.value = choice.code;
  showCode();
  fail(text, asksCode() ? code : boxes[0]);
}

function choose(onChoice, roles, secret) {
  error.textContent = "";
  code.removeAttribute("aria-invalid");
  code.value = "";
  onChoice(roles, secret);
}

function asksCode() {
  return needsCode && manager.checked;
}

function showCode() {
  codeField.hidden = !asksCode();
}

function fail(text, field) {
  error.textContent = text;
  code.toggleAttribute("aria-invalid", field === code);
  if (field === code) code.setAttribute("aria-invalid", "true");
  field.focus();
}
