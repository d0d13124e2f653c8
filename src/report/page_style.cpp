#include "report/page_style.h"

namespace tandem::report {

const char* const kPageStyle = R"css(
:root{color-scheme:light dark;--page:#fbfbfa;--card:#fff;--ink:#1b1f24;--muted:#57606a;--line:#d5dae0;
--head:#f1f3f5;--link:#0a5c8c;--done:#176437;--failed:#b3261e;--waiting:#6b5900}
@media (prefers-color-scheme:dark){:root{--page:#14171a;--card:#1b1f23;--ink:#e6e8ea;--muted:#a8b0b8;
--line:#3a4148;--head:#23282d;--link:#7cc4f0;--done:#7ed09f;--failed:#ff8f85;--waiting:#e3c76b}}
*{box-sizing:border-box}[hidden]{display:none!important}
body{margin:0 auto;max-width:80rem;padding:1.5rem 1.25rem 4rem;background:var(--page);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif}
h1{font-size:1.75rem;line-height:1.2;margin:.2em 0}
h2{font-size:1.3rem;margin:2.5rem 0 .6rem;padding-top:.6rem;border-top:1px solid var(--line)}
h3{font-size:1.05rem;margin:1.6rem 0 .5rem}
p,li{max-width:75ch}
.lead,figcaption,.note,.provenance,.rest,.why{color:var(--muted)}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;padding:0;margin:.8rem 0}
a{color:var(--link)}
.facts{display:flex;flex-wrap:wrap;gap:.75rem;margin:1.2rem 0}
.facts div{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.55rem .9rem;min-width:6.5rem}
.facts dt{color:var(--muted);font-size:.85rem}
.facts dd{margin:0;font-size:1.35rem;font-weight:600;font-variant-numeric:tabular-nums}
.wide{overflow-x:auto;margin:.8rem 0;border:1px solid var(--line);border-radius:.5rem;background:var(--card)}
table{border-collapse:collapse;width:100%;font-size:.88rem;font-variant-numeric:tabular-nums}
th,td{padding:.4rem .55rem;text-align:right;vertical-align:top;border-bottom:1px solid var(--line)}
tbody tr:last-child>*{border-bottom:0}
thead th,thead td{background:var(--head);vertical-align:bottom;line-height:1.25}
th[scope=row],th:first-child,td:first-child{text-align:left}
th[scope=row]{font-weight:500}
tbody td{white-space:nowrap}tbody th{min-width:9rem}
td.text,th.text{text-align:left}td.text{white-space:normal;overflow-wrap:break-word;max-width:40rem}
.rest,.why{display:block;font-size:.85em}.why{min-width:14rem}
td b{font-weight:700}
.provenance p,code,.mono{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:.85em;overflow-wrap:anywhere}
.provenance p{max-width:none;margin:.15rem 0}
.done{color:var(--done)}.failed,.unreadable,.no{color:var(--failed)}.running,.waiting,.stopped,.open{color:var(--waiting)}
.yes{color:var(--done)}
figure{margin:1.2rem 0}
figure .sheet{background:#fff;border:1px solid var(--line);border-radius:.5rem;padding:.75rem;overflow-x:auto}
figure svg{display:block;max-width:100%;height:auto;margin:0 auto}
figcaption{font-size:.9rem;max-width:75ch;margin-top:.4rem}
details{margin:.8rem 0}summary{cursor:pointer;color:var(--link);font-weight:500}
.tools{display:flex;flex-wrap:wrap;gap:.6rem 1rem;align-items:end;margin:.8rem 0}
.tools label{font-size:.85rem;color:var(--muted)}
.tools input,.tools select,.tools button{display:block;font:inherit;color:inherit;background:var(--card);
border:1px solid var(--line);border-radius:.35rem;padding:.3rem .6rem}
.tools button:disabled{opacity:.45}
th button{font:inherit;font-weight:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer;text-align:inherit}
th[aria-sort=ascending] button::after{content:" \25B2"}th[aria-sort=descending] button::after{content:" \25BC"}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
@media print{:root{--page:#fff;--card:#fff;--ink:#000;--muted:#444;--line:#bbb;--head:#eee;--link:#000}
body{max-width:none;padding:0;font-size:10pt}nav,.tools{display:none}h2,h3{break-after:avoid}
figure,tr{break-inside:avoid}.wide,figure .sheet{overflow:visible;border:0;padding:0}table{font-size:8pt}
th,td{padding:.2rem .4rem}thead{display:table-header-group}}
)css";

const char* const kPageScript = R"js(
(function () {
  "use strict";
  var table = document.getElementById("trials");
  if (!table) return;
  var body = table.tBodies[0], rows = Array.from(body.rows), shown = rows, page = 0, size = 100;
  var words = rows.map(function (row) { return row.textContent.toLowerCase(); });
  var order = new Map(rows.map(function (row, i) { return [row, i]; }));
  function element(name, text) {
    var e = document.createElement(name);
    if (text) e.textContent = text;
    return e;
  }
  var tools = element("div"), count = element("p");
  tools.className = "tools";
  count.className = "note";
  count.setAttribute("role", "status");
  function labelled(text, control) {
    var label = element("label", text);
    label.appendChild(control);
    tools.appendChild(label);
    return control;
  }
  var search = labelled("Filter by any word", element("input"));
  search.type = "search";
  var states = Array.from(new Set(rows.map(function (row) { return row.dataset.state; }))).sort();
  var state = labelled("State", element("select"));
  state.appendChild(new Option("all", ""));
  states.forEach(function (s) { state.appendChild(new Option(s, s)); });
  function button(text, step) {
    var b = element("button", text);
    b.type = "button";
    b.addEventListener("click", function () { page += step; show(); });
    tools.appendChild(b);
    return b;
  }
  var back = button("Previous " + size, -1), next = button("Next " + size, 1);
  function show() {
    var pages = Math.max(1, Math.ceil(shown.length / size));
    page = Math.min(Math.max(page, 0), pages - 1);
    body.replaceChildren.apply(body, shown.slice(page * size, (page + 1) * size));
    back.disabled = page === 0;
    next.disabled = page === pages - 1;
    back.hidden = next.hidden = rows.length <= size;
    count.textContent = shown.length === 0 ? "No trial fits." : "Trials " + (page * size + 1) + " to " +
      Math.min((page + 1) * size, shown.length) + " of " + shown.length +
      (shown.length < rows.length ? " that fit, of " + rows.length + " in all." : ".");
  }
  function filter() {
    var wanted = search.value.toLowerCase().split(/\s+/);
    shown = rows.filter(function (row) {
      var text = words[order.get(row)];
      return (!state.value || row.dataset.state === state.value) &&
        wanted.every(function (word) { return text.indexOf(word) >= 0; });
    });
    page = 0;
    show();
  }
  function key(row, column) {
    var cell = row.cells[column];
    var text = cell.dataset.v === undefined ? cell.textContent : cell.dataset.v;
    return text === "" || text === "\u2013" ? null : isNaN(text) ? text : Number(text);
  }
  function compare(a, b) {
    if (typeof a === "number" && typeof b === "number") return a - b;
    return String(a).localeCompare(String(b), "en", { numeric: true });
  }
  Array.from(table.tHead.rows[0].cells).forEach(function (head, column) {
    var b = element("button", head.textContent);
    b.type = "button";
    b.title = "Sort by " + head.textContent;
    head.replaceChildren(b);
    b.addEventListener("click", function () {
      var down = head.getAttribute("aria-sort") === "ascending";
      Array.from(table.tHead.rows[0].cells).forEach(function (h) { h.removeAttribute("aria-sort"); });
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      var keys = new Map(rows.map(function (row) { return [row, key(row, column)]; }));
      rows.sort(function (x, y) {
        var a = keys.get(x), b = keys.get(y);
        if (a === null || b === null) return (a === null) - (b === null) || order.get(x) - order.get(y);
        return (down ? compare(b, a) : compare(a, b)) || order.get(x) - order.get(y);
      });
      filter();
    });
  });
  search.addEventListener("input", filter);
  state.addEventListener("change", filter);
  var around = table.parentNode, fold = document.getElementById("trial-fold");
  around.parentNode.insertBefore(tools, around);
  around.parentNode.insertBefore(count, around);
  show();
  if (fold) fold.open = true;
  document.documentElement.dataset.script = "ready";
})();
)js";

}  // namespace tandem::report
