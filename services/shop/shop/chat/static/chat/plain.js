"use strict";
// What a talk does where no websocket comes through: it sends by the page's own form, and looks at the page now and then.

window.talkByForms = (root, form, { upto, isSeen, take }) => {
  const LOOK_EVERY_MS = 10_000;
  let timer;

  function filled(fields) {
    const sent = new FormData();
    sent.set("csrfmiddlewaretoken", root.querySelector('[name="csrfmiddlewaretoken"]')?.value ?? "");
    for (const [name, value] of Object.entries(fields)) sent.set(name, value);
    return sent;
  }

  async function page(address, fields) {
    const options = fields ? { method: "POST", body: filled(fields) } : {};
    const answer = await fetch(address, { credentials: "same-origin", ...options });
    return { status: answer.status, fresh: new DOMParser().parseFromString(await answer.text(), "text/html") };
  }

  // Looking is reading where somebody looks.
  async function look() {
    clearTimeout(timer);
    timer = setTimeout(() => look().catch(() => {}), LOOK_EVERY_MS);
    const { status, fresh } = await (isSeen() ? page(root.dataset.look, { upto: upto() }) : page(root.dataset.page));
    if (status === 200) take(fresh);
    return status;
  }

  // What came of a message: kept; refused, with words; to be tried again; or nobody's talk any more.
  async function send({ client_id, text }) {
    const { status, fresh } = await page(form.action, { key: client_id, text, upto: isSeen() ? upto() : 0 });
    if (status === 200) take(fresh);
    if (status === 200) return { type: "kept", client_id };
    if ([400, 409, 429].includes(status)) {
      const words = fresh.querySelector("#errors, .errorlist, .invalid-feedback")?.textContent.trim();
      return { type: "refused", client_id, words: words || "It was not taken.", again: status === 429 };
    }
    return { type: [403, 404].includes(status) ? "over" : "away" };
  }

  return { look, send, stop: () => clearTimeout(timer) };
};
