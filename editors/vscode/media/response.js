// Runs in the response page: tabs, line wrapping, and the buttons that ask the
// extension to do something. It never sees anything but the masked page.
(() => {
  "use strict";
  const vscode = acquireVsCodeApi();
  const state = { tab: "body", wrap: true, ...vscode.getState() };
  const tabs = [...document.querySelectorAll('[role="tab"]')];

  function remember(change) {
    Object.assign(state, change);
    vscode.setState(state);
  }

  function select(tab) {
    for (const other of tabs) {
      const chosen = other === tab;
      other.setAttribute("aria-selected", String(chosen));
      other.tabIndex = chosen ? 0 : -1;
      document.getElementById(other.getAttribute("aria-controls")).hidden = !chosen;
    }
    remember({ tab: tab.id.replace(/^tab-/, "") });
  }

  function wrap(on) {
    document.body.classList.toggle("unwrapped", !on);
    document.querySelector('[data-action="wrap"]')?.setAttribute("aria-pressed", String(on));
    remember({ wrap: on });
  }

  tabs.forEach((tab, i) => {
    tab.addEventListener("click", () => select(tab));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) {
        const next = tabs[(i + step + tabs.length) % tabs.length];
        select(next);
        next.focus();
      }
    });
  });

  document.addEventListener("click", (event) => {
    const action = event.target.closest?.("[data-action]")?.dataset.action;
    if (action === "wrap") {
      wrap(!state.wrap);
    } else if (action) {
      vscode.postMessage({ action });
    }
  });

  const remembered = tabs.find((tab) => tab.id === `tab-${state.tab}`);
  if (remembered) {
    select(remembered);
  }
  wrap(state.wrap);
})();
