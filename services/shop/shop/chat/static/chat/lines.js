"use strict";
// What stands in the log of a talk: lines that the shop has, by their positions, and at the end those that it does not have yet.

window.talkLines = (root, own) => {
  const log = root.querySelector("#talk-log");
  const byId = new Map();

  function moment(at) {
    const { zone, zoneName } = root.dataset; // the shop's own, as in the lines that came with the page
    const part = (options) => at.toLocaleString("en-GB", { timeZone: zone, ...options });
    return `${part({ day: "numeric", month: "long" })}, ${part({ hour: "2-digit", minute: "2-digit" })} ${zoneName}`;
  }

  function element(tag, name, text) {
    const made = document.createElement(tag);
    made.className = name;
    made.textContent = text;
    return made;
  }

  function line({ side, name, text, at, position }) {
    const made = element("li", `said said-${side}`, "");
    if (position) made.dataset.position = position;
    const shopper = own === "shopper" ? "You" : root.dataset.shopper;
    const by = side === "shopper" ? shopper : name || "Bookshop";
    const words = element("p", side === "note" ? "" : "said-text", text);
    words.dir = "auto";
    made.append(...(side === "note" ? [words] : [element("p", "said-by", by), words]));
    const time = element("time", "", moment(new Date(at)));
    time.dateTime = new Date(at).toISOString();
    made.append(time);
    return made;
  }

  function has(position) {
    return log.querySelector(`[data-position="${position}"]`) !== null;
  }

  // What was committed first stands first; what is not kept yet stands last.
  function insert(made) {
    const after = [...log.children].find((one) => Number(one.dataset.position ?? Infinity) > Number(made.dataset.position));
    log.insertBefore(made, after ?? null);
  }

  return {
    element,
    isShown: () => log.getClientRects().length > 0,
    // Answers whether it was not there yet.
    show(message) {
      if (has(message.position)) return false;
      const there = message.side === own && byId.get(message.client_id);
      if (!there) insert(line(message));
      else {
        there.dataset.position = message.position; // it was read out when it was written
        there.classList.remove("said-unsent");
      }
      return true;
    },
    put({ client_id, text, at }, name) {
      const made = line({ side: own, name, text, at });
      made.classList.add("said-unsent");
      byId.set(client_id, made);
      log.append(made);
    },
    settle: (id) => byId.get(id)?.classList.remove("said-unsent"),
    // Unless the shop has it meanwhile.
    drop(id) {
      const made = byId.get(id);
      if (made && !made.dataset.position) made.remove();
    },
    // Of the page as it is now, what is not there yet; answers sides and positions.
    take(fresh) {
      const missing = [...fresh.querySelectorAll("#talk-log [data-position]")].filter((one) => !has(one.dataset.position));
      missing.forEach(insert);
      return missing.map((one) => [one.className.replace("said said-", ""), Number(one.dataset.position)]);
    },
    // Whether what was said last is one's own, and the other side has read it.
    isLastRead(upto) {
      const newest = [...log.querySelectorAll(".said:not(.said-note)")].pop();
      return Boolean(newest?.matches(`.said-${own}[data-position]:not(.said-unsent)`)) && Number(newest.dataset.position) <= upto;
    },
  };
};
