/* What the frame does in the browser: remembered display choices, drawers, drop-downs, copying, messages.
   No dependency, no inline code; every page also works when this file does not load. Hooks are data-wr-* attributes:
   data-wr-theme="light|dark", data-wr-large, data-wr-open="menu|help", data-wr-close, data-wr-copy="#table",
   data-wr-copy-link, data-wr-print, data-wr-all="name", data-wr-more, data-wr-density="#table", data-wr-columns="#table",
   data-wr-filter-tree="#tree", data-wr-drop, data-wr-confirm="question", data-wr-submit (submits its form on change). */
(() => {
  "use strict";

  const root = document.documentElement;
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  /* ---------- remembered choices: a cookie, so that the server draws the page right at once, and localStorage ---------- */
  const YEAR = 31536000;

  function remember(name, value) {
    document.cookie = `${name}=${value}; path=/; max-age=${value === "" ? 0 : YEAR}; samesite=lax`;
    try {
      if (value === "") localStorage.removeItem(name);
      else localStorage.setItem(name, value);
    } catch {
      /* storage may be switched off; the cookie is enough */
    }
  }

  function recalled(name) {
    try {
      return localStorage.getItem(name) || "";
    } catch {
      return "";
    }
  }

  function setTheme(theme) {
    root.dataset.bsTheme = theme;
    remember("wr_theme", theme);
    all("[data-wr-theme]").forEach((b) => b.classList.toggle("on", b.dataset.wrTheme === theme));
    document.dispatchEvent(new CustomEvent("wr:theme"));
  }

  function setLarge(on) {
    root.classList.toggle("wr-large", on);
    remember("wr_large", on ? "1" : "");
    all("[data-wr-large]").forEach((b) => b.setAttribute("aria-pressed", String(on)));
    document.dispatchEvent(new CustomEvent("wr:theme"));
  }

  /* ---------- messages ---------- */
  const TONES = { done: "ti-circle-check", warn: "ti-message-2-exclamation", stop: "ti-alert-octagon", run: "ti-info-circle" };

  function toast(text, tone = "run", detail = "") {
    const box = one(".wr-toasts");
    if (!box) return;
    const item = document.createElement("div");
    item.className = `wr-toast ${tone}`;
    item.setAttribute("role", tone === "stop" ? "alert" : "status");
    const icon = document.createElement("i");
    icon.className = `ti ${TONES[tone] || TONES.run}`;
    icon.setAttribute("aria-hidden", "true");
    const words = document.createElement("p");
    words.textContent = text;
    if (detail) {
      const small = document.createElement("small");
      small.textContent = detail;
      words.append(small);
    }
    const close = document.createElement("button");
    close.type = "button";
    close.className = "wr-close";
    close.setAttribute("aria-label", "关闭");
    const cross = document.createElement("i");
    cross.className = "ti ti-x";
    close.append(cross);
    close.addEventListener("click", () => item.remove());
    item.append(icon, words, close);
    box.append(item);
    if (tone !== "stop") setTimeout(() => item.remove(), 6000);
  }

  /* ---------- drawers ---------- */
  let opener = null;

  function openDrawer(name, from) {
    const drawer = document.getElementById(`wr-${name}`);
    if (!drawer) return;
    closeDrawers();
    opener = from;
    drawer.classList.add("open");
    one("#wr-veil")?.classList.add("open");
    one("button, a, input", drawer)?.focus({ preventScroll: true });
  }

  function closeDrawers() {
    const open = all(".wr-drawer.open, .wr-side.open");
    open.forEach((d) => d.classList.remove("open"));
    one("#wr-veil")?.classList.remove("open");
    if (location.hash === "#wr-menu" || location.hash === "#wr-help") {
      history.replaceState(null, "", location.pathname + location.search);
    }
    if (open.length && opener) opener.focus();
    opener = null;
  }

  function keepFocus(event) {
    const drawer = one(".wr-drawer.open, .wr-side.open");
    if (!drawer || event.key !== "Tab") return;
    const stops = all("a[href], button, input, select, textarea, summary", drawer).filter((e) => e.offsetParent !== null);
    if (!stops.length) return;
    const [first, last] = [stops[0], stops[stops.length - 1]];
    if (event.shiftKey && document.activeElement === first) {
      last.focus();
      event.preventDefault();
    } else if (!event.shiftKey && document.activeElement === last) {
      first.focus();
      event.preventDefault();
    }
  }

  /* ---------- copying ---------- */
  function tableText(table) {
    return all("tr", table)
      .filter((row) => !row.hidden)
      .map((row) => all("th, td", row).filter((c) => !c.hidden && !c.classList.contains("check")).map(cellText).join("\t"))
      .join("\n");
  }

  function cellText(cell) {
    const bare = cell.cloneNode(true);
    all(".ti, .wr-sr, .wr-pop", bare).forEach((e) => e.remove());
    all(".sub", bare).forEach((e) => e.prepend(" "));
    const text = bare.textContent.replace(/\s+/g, " ").trim();
    return /^[−-]?[\d,]+(\.\d+)?$/.test(text) ? text.replace(/,/g, "").replace("−", "-") : text;
  }

  async function copy(text, said) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      area.className = "wr-sr";
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    toast(said, "done");
  }

  /* ---------- tables: all boxes, row height, columns ---------- */
  function showSelection(name) {
    const boxes = all(`input[type=checkbox][name="${name}"]`);
    const picked = boxes.filter((b) => b.checked);
    boxes.forEach((b) => b.closest("tr")?.classList.toggle("on", b.checked));
    all(`[data-wr-all="${name}"]`).forEach((head) => {
      head.checked = picked.length > 0 && picked.length === boxes.length;
      head.indeterminate = picked.length > 0 && picked.length < boxes.length;
    });
    all(`[data-wr-picked="${name}"]`).forEach((line) => {
      line.hidden = picked.length === 0;
      const count = one("b", line);
      if (count) count.textContent = String(picked.length);
    });
  }

  function setDensity(selector, tight) {
    one(selector)?.classList.toggle("tight", tight);
    remember(`wr_tight${selector.replace("#", "_")}`, tight ? "1" : "");
  }

  function columnMenu(button) {
    const table = one(button.dataset.wrColumns);
    const host = button.closest(".wr-dd") || button.parentElement;
    const menu = one(".wr-menu", host);
    if (!table || !menu || menu.childElementCount) return;
    all("thead th", table).forEach((head, index) => {
      const name = head.dataset.name || cellText(head);
      if (!name || head.classList.contains("check") || head.classList.contains("fixed")) return;
      const label = document.createElement("label");
      label.className = "wr-row";
      const box = document.createElement("input");
      box.type = "checkbox";
      box.className = "form-check-input";
      box.checked = !head.hidden;
      box.addEventListener("change", () => {
        showColumn(table, index, box.checked);
        keepColumns(table);
      });
      label.append(box, document.createTextNode(name));
      menu.append(label);
    });
  }

  function showColumn(table, index, visible) {
    all("tr", table).forEach((row) => {
      const cell = row.cells[index];
      if (cell && cell.colSpan === 1) cell.hidden = !visible;
    });
    all("col", table).forEach((col, i) => {
      if (i === index) col.hidden = !visible;
    });
  }

  function keepColumns(table) {
    if (!table.id) return;
    const hidden = all("thead th", table).map((h, i) => (h.hidden ? i : -1)).filter((i) => i >= 0);
    remember(`wr_columns_${table.id}`, hidden.join("."));
  }

  function restoreTables(within = document) {
    all("table[id]", within).forEach((table) => {
      recalled(`wr_columns_${table.id}`).split(".").filter(Boolean).forEach((i) => showColumn(table, Number(i), false));
      if (recalled(`wr_tight_${table.id}`)) table.classList.add("tight");
    });
  }

  /* ---------- charts are drawn by charts.js; it and the library are fetched only where a chart stands ---------- */
  let chartsAsked = false;

  function wantCharts(within = document) {
    if (!one("script[data-wr-chart]", within)) return;
    if (window.wrCharts) {
      window.wrCharts.mount(within);
      return;
    }
    if (chartsAsked) return;
    chartsAsked = true;
    [document.body.dataset.echarts, document.body.dataset.charts].forEach((src) => {
      if (!src) return;
      const script = document.createElement("script");
      script.src = src;
      script.async = false;
      document.head.append(script);
    });
  }

  /* ---------- events ---------- */
  document.addEventListener("click", (event) => {
    const hit = (name) => event.target.closest(`[${name}]`);
    let el;
    if ((el = hit("data-wr-theme"))) setTheme(el.dataset.wrTheme);
    else if ((el = hit("data-wr-large"))) setLarge(!root.classList.contains("wr-large"));
    else if ((el = hit("data-wr-open"))) {
      event.preventDefault();
      openDrawer(el.dataset.wrOpen, el);
    } else if ((el = hit("data-wr-close"))) {
      event.preventDefault();
      closeDrawers();
    } else if ((el = hit("data-wr-copy"))) {
      const table = one(el.dataset.wrCopy);
      if (table) copy(tableText(table), "已复制，可直接粘贴到表格");
    } else if (hit("data-wr-copy-link")) copy(location.href, "链接已复制");
    else if (hit("data-wr-print")) window.print();
    else if ((el = hit("data-wr-density"))) {
      setDensity(el.dataset.wrDensity, !one(el.dataset.wrDensity)?.classList.contains("tight"));
    } else if ((el = hit("data-wr-columns"))) columnMenu(el);
    else if ((el = hit("data-wr-more"))) {
      const open = el.closest(".wr-flt").classList.toggle("open");
      el.setAttribute("aria-expanded", String(open));
      const words = one("span", el);
      if (words) words.textContent = open ? "收起" : "展开";
    }
    all("details.wr-dd[open]").forEach((d) => {
      if (!d.contains(event.target)) d.open = false;
    });
  });

  document.addEventListener("keydown", (event) => {
    keepFocus(event);
    if (event.key === "Escape") {
      closeDrawers();
      all("details.wr-dd[open]").forEach((d) => {
        d.open = false;
        one("summary", d)?.focus();
      });
    }
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const field = one(".wr-top .wr-search input");
      if (field && field.offsetParent !== null) {
        event.preventDefault();
        field.focus();
      }
    }
  });

  document.addEventListener("change", (event) => {
    const el = event.target;
    if (el.dataset.wrAll) {
      all(`input[type=checkbox][name="${el.dataset.wrAll}"]`).forEach((b) => (b.checked = el.checked));
      showSelection(el.dataset.wrAll);
    } else if (el.type === "checkbox" && one(`[data-wr-all="${el.name}"]`)) showSelection(el.name);
    if (el.hasAttribute("data-wr-submit")) el.form.requestSubmit();
    if (el.type === "file") showFile(el);
  });

  document.addEventListener("submit", (event) => {
    const asked = event.submitter?.dataset.wrConfirm || event.target.dataset.wrConfirm;
    if (asked && !window.confirm(asked)) event.preventDefault();
  });

  document.addEventListener("input", (event) => {
    const tree = event.target.dataset.wrFilterTree && one(event.target.dataset.wrFilterTree);
    if (!tree) return;
    const word = event.target.value.trim();
    all("li", tree).forEach((li) => (li.hidden = word !== "" && !li.textContent.includes(word)));
  });

  /* ---------- files dropped on an upload field ---------- */
  function showFile(field) {
    const name = one("[data-wr-file-name]", field.closest("form") || document);
    if (name && field.files.length) name.textContent = [...field.files].map((f) => f.name).join("、");
  }

  ["dragenter", "dragover", "dragleave", "drop"].forEach((kind) =>
    document.addEventListener(kind, (event) => {
      const zone = event.target.closest?.("[data-wr-drop]");
      if (!zone) return;
      event.preventDefault();
      zone.classList.toggle("over", kind === "dragenter" || kind === "dragover");
      if (kind !== "drop") return;
      const field = one("input[type=file]", zone);
      if (!field || !event.dataTransfer.files.length) return;
      field.files = event.dataTransfer.files;
      showFile(field);
    }),
  );

  /* ---------- htmx: failures are said in words, new content gets its charts, a finished job stops asking ---------- */
  const SAID = {
    0: ["没有连上服务器", "请检查网络后重试，已填内容未丢失"],
    401: ["登录已过期", "请重新登录，已保存的内容仍在"],
    403: ["当前岗位没有办理此事的权限", "可切换岗位，或联系本单位系统管理员"],
    404: ["没有找到", "可能已被移走，或不在您的岗位范围"],
    409: ["没有办成", "数据已被他人改动或规则不允许，请刷新后再试"],
    413: ["文件太大", "请按模板拆分后再上传"],
    422: ["填写有误", "请按提示改正后重试"],
    429: ["操作太频繁", "请稍候再试"],
  };

  function sayFailure(event) {
    const status = event.detail.xhr?.status || 0;
    const [text, next] = SAID[status] || ["系统出错，已记录", "请稍后重试"];
    const number = event.detail.xhr?.getResponseHeader?.("X-Request-ID") || "";
    const words = event.detail.xhr?.getResponseHeader?.("X-Problem") || "";
    toast(words ? decodeURIComponent(words) : text, "stop", number ? `${next}。编号 ${number}` : next);
  }

  document.addEventListener("htmx:responseError", sayFailure);
  document.addEventListener("htmx:sendError", sayFailure);
  document.addEventListener("htmx:timeout", sayFailure);
  document.addEventListener("wr:say", (event) => toast(event.detail.text, event.detail.tone, event.detail.detail));

  /* The number of things waiting comes after the page; until then the last one this post saw in this window stands there. */
  function recallWaiting() {
    const badge = one("[data-wr-waiting]");
    if (!badge) return;
    const key = `wr_waiting_${document.body.dataset.post}`;
    try {
      if (!badge.hasAttribute("hx-get")) {
        sessionStorage.setItem(key, badge.textContent);
        return;
      }
      badge.textContent = sessionStorage.getItem(key) || "";
      badge.classList.toggle("none", !Number(badge.textContent));
    } catch {
      /* storage may be switched off; the number comes all the same */
    }
  }
  document.addEventListener("htmx:load", recallWaiting);
  document.addEventListener("htmx:afterSettle", (event) => {
    wantCharts(event.target);
    restoreTables(event.target);
    const finished = event.target.matches?.("[data-wr-final]") ? event.target : one("[data-wr-final]", event.target);
    if (finished && !finished.dataset.wrSaid) {
      finished.dataset.wrSaid = "1";
      toast(finished.dataset.wrFinal, finished.dataset.wrTone || "done");
      if (finished.closest("[data-wr-reload]")) setTimeout(() => location.reload(), 600);
    }
  });
  window.addEventListener("offline", () => toast("网络已断开", "warn", "恢复后再提交，页面内容不会丢失"));

  /* ---------- start ---------- */
  recallWaiting();
  all("[data-wr-open], [data-wr-copy], [data-wr-print], [data-wr-large]").forEach((b) => (b.hidden = false));
  all("[data-wr-all]").forEach((b) => showSelection(b.dataset.wrAll));
  restoreTables();
  wantCharts();
  window.wr = { toast };
})();
