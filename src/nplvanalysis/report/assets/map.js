function (root) {
  "use strict";
  const data = JSON.parse(root.querySelector("script[type='application/json']").textContent);
  const svg = root.querySelector("svg"), select = root.querySelector("select");
  const search = root.querySelector("input"), legends = root.querySelectorAll(".legend");
  const near = root.querySelector(".near"), area = root.querySelector(".area");
  const paths = Array.from(root.querySelectorAll(".areas path"));
  const index = new Map(paths.map((path, i) => [path, i]));
  const home = svg.getAttribute("viewBox").split(" ").map(Number);
  const over = root.querySelector(".over"), picked = root.querySelector(".picked");
  const hatch = root.querySelector("pattern");
  const SMALLEST = 1 / 64, STEP = 0.15;
  let view = home.slice(), chosen = -1, drag = null;

  root.classList.add("js");
  const list = root.querySelector("datalist");
  data.names.forEach(function (name) {
    const option = document.createElement("option");
    option.value = name;
    list.append(option);
  });

  function layer() { return data.layers[Number(select.value)]; }

  function paint() {
    paths.forEach((path, i) => path.setAttribute("class", "q" + layer().classes[i]));
    legends.forEach((legend, i) => { legend.hidden = i !== Number(select.value); });
    svg.setAttribute("aria-label", svg.getAttribute("aria-label").replace(svg.dataset.title, layer().title));
    svg.dataset.title = layer().title;
    if (chosen >= 0) choose(chosen);
  }

  function figure(each, i) {
    return each.classes[i] < 0 ? data.say.missing : each.figures[i];
  }

  function choose(i) {
    chosen = i;
    picked.setAttribute("d", paths[i].getAttribute("d"));
    const title = document.createElement("strong"), facts = document.createElement("dl");
    title.textContent = data.names[i] + ", " + data.codes[i];
    data.layers.forEach(function (each) {
      const term = document.createElement("dt"), value = document.createElement("dd");
      term.textContent = each.title + " (" + each.unit + ")";
      value.textContent = figure(each, i);
      if (each === layer() && each.classes[i] >= 0) {
        value.textContent += ", " + data.say.class.replace("{k}", each.classes[i] + 1).replace("{count}", each.count);
      }
      facts.append(term, value);
    });
    area.replaceChildren(title, facts);
  }

  function find(name) {
    const wanted = name.trim().toLowerCase();
    if (!wanted) return;
    const names = data.names.map((each) => each.toLowerCase());
    let i = names.indexOf(wanted);
    if (i < 0) i = data.codes.findIndex((code) => code.toLowerCase() === wanted);
    if (i < 0) i = names.findIndex((each) => each.startsWith(wanted));
    if (i < 0) i = names.findIndex((each) => each.includes(wanted));
    if (i < 0) { area.textContent = data.say.unfound; return; }
    choose(i);
    search.value = data.names[i];
    const box = paths[i].getBBox(), width = Math.max(box.width, box.height) * 8;
    zoom(Math.min(1, width / home[2]) * home[2] / view[2], box.x + box.width / 2, box.y + box.height / 2, true);
  }

  function show() {
    for (const k of [0, 1]) {
      const room = home[k + 2] - view[k + 2];
      view[k] = Math.min(Math.max(view[k], 0), Math.max(room, 0));
    }
    hatch.setAttribute("patternTransform", "rotate(45) scale(" + (Math.max(view[2], view[3]) / 900).toFixed(3) + ")");
    svg.setAttribute("viewBox", view.map((x) => x.toFixed(1)).join(" "));
  }

  function zoom(factor, x, y, centre) {
    const size = Math.min(Math.max(view[2] * factor, home[2] * SMALLEST), home[2]);
    const scale = size / view[2];
    view = centre
      ? [x - size / 2, y - size * home[3] / home[2] / 2, size, size * home[3] / home[2]]
      : [x - (x - view[0]) * scale, y - (y - view[1]) * scale, size, view[3] * scale];
    show();
  }

  function act(what) {
    const x = view[0] + view[2] / 2, y = view[1] + view[3] / 2;
    if (what === "in") zoom(1 / 1.6, x, y);
    if (what === "out") zoom(1.6, x, y);
    if (what === "reset") view = home.slice();
    if (what === "left") view[0] -= view[2] * STEP;
    if (what === "right") view[0] += view[2] * STEP;
    if (what === "up") view[1] -= view[3] * STEP;
    if (what === "down") view[1] += view[3] * STEP;
    show();
  }

  root.querySelectorAll("button").forEach(function (button) {
    button.addEventListener("click", () => act(button.dataset.do));
  });
  select.addEventListener("change", paint);
  search.addEventListener("change", () => find(search.value));
  svg.addEventListener("pointerover", function (event) {
    const i = index.get(event.target);
    if (i === undefined) return;
    over.setAttribute("d", paths[i].getAttribute("d"));
    near.textContent = data.names[i] + ": " + layer().title + " (" + layer().unit + ") " + figure(layer(), i);
  });
  svg.addEventListener("pointerdown", function (event) {
    drag = {x: event.clientX, y: event.clientY, view: view.slice(), target: event.target, moved: false};
  });
  svg.addEventListener("pointermove", function (event) {
    if (!drag || event.buttons === 0) return;
    const scale = view[2] / svg.getBoundingClientRect().width;
    const dx = event.clientX - drag.x, dy = event.clientY - drag.y;
    if (Math.abs(dx) + Math.abs(dy) > 5) drag.moved = true;
    if (!drag.moved) return;
    view[0] = drag.view[0] - dx * scale;
    view[1] = drag.view[1] - dy * scale;
    show();
  });
  svg.addEventListener("click", function (event) {
    const i = index.get(event.target);
    if (drag && drag.moved) { drag = null; return; }
    drag = null;
    if (i !== undefined) { choose(i); search.value = data.names[i]; }
  });
  svg.dataset.title = data.layers[0].title;
  paint();
}
