/* Draws every <script type="application/json" data-wr-chart> into the element it names (data-target).
   The JSON is {"spec": ChartSpec, "links": [...]}, for maps also "parts" and "points", or {"option": ECharts option}; a string "--wr-t1" in it becomes the colour of
   that token, so charts follow light and dark. Maps are joined by six-digit adcode and fetched from this server. */
(() => {
  "use strict";

  const FONT = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif';
  const TRACKS = ["--wr-t1", "--wr-t2", "--wr-t3", "--wr-m2", "--wr-m4"];
  const live = new Map();

  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const scale = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  const px = (n) => Math.round(n * scale());

  function withTokens(value) {
    if (typeof value === "string") return value.startsWith("--wr-") ? token(value) : value;
    if (Array.isArray(value)) return value.map(withTokens);
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, withTokens(v)]));
    return value;
  }

  /* ---------- common looks ---------- */
  function base() {
    return {
      animation: false,
      textStyle: { fontFamily: FONT, color: token("--wr-ink") },
      aria: { enabled: true },
    };
  }

  function tip(lines) {
    return {
      backgroundColor: token("--wr-card"),
      borderColor: token("--wr-line-2"),
      textStyle: { color: token("--wr-ink"), fontSize: px(13), fontFamily: FONT },
      confine: true,
      formatter: (hit) => {
        const box = document.createElement("div");
        lines(hit).forEach((line, i) => {
          const row = document.createElement(i ? "div" : "b");
          row.textContent = line;
          box.append(row);
        });
        return box;
      },
    };
  }

  function axis(extra) {
    return {
      axisLine: { lineStyle: { color: token("--wr-line-2") } },
      axisTick: { show: false },
      axisLabel: { color: token("--wr-ink-2"), fontSize: px(12), fontFamily: FONT },
      splitLine: { show: false },
      ...extra,
    };
  }

  const labelOf = (series, i) => (series.labels && series.labels.length ? series.labels[i] : series.values[i] ?? "—");
  const said = (spec, i) => [spec.categories[i], ...spec.series.map((s) => `${s.name} ${labelOf(s, i)} ${spec.unit}`)];

  /* ---------- bars for ranking: horizontal, from zero, value at the end ---------- */
  function bar(spec) {
    const stacked = spec.series.length > 1;
    const last = spec.series.length - 1;
    return {
      ...base(),
      grid: { left: 4, right: px(64), top: 6, bottom: 6, containLabel: true },
      tooltip: tip((hit) => said(spec, hit.dataIndex)),
      xAxis: axis({ type: "value", min: 0, show: false }),
      yAxis: axis({ type: "category", inverse: true, data: spec.categories, axisLine: { show: false } }),
      series: spec.series.map((s, n) => ({
        type: "bar",
        name: s.name,
        stack: stacked ? "sum" : undefined,
        data: s.values,
        barMaxWidth: px(14),
        itemStyle: { color: token(TRACKS[n % TRACKS.length]) },
        label: {
          show: n === last,
          position: "right",
          color: token("--wr-ink"),
          fontSize: px(12),
          formatter: (hit) => (spec.totals && spec.totals.length ? spec.totals[hit.dataIndex] : labelOf(s, hit.dataIndex)),
        },
      })),
    };
  }

  /* ---------- lines for time ---------- */
  function line(spec) {
    return {
      ...base(),
      grid: { left: 8, right: px(20), top: px(24), bottom: 4, containLabel: true },
      legend: spec.series.length > 1 ? { top: 0, right: 0, textStyle: { color: token("--wr-ink-2"), fontSize: px(12) } } : undefined,
      tooltip: { ...tip((hits) => said(spec, hits[0].dataIndex)), trigger: "axis" },
      xAxis: axis({ type: "category", data: spec.categories, boundaryGap: false }),
      yAxis: axis({ type: "value", min: 0, axisLine: { show: false }, splitLine: { show: true, lineStyle: { color: token("--wr-line") } } }),
      series: spec.series.map((s, n) => ({
        type: "line",
        name: s.name,
        data: s.values,
        symbolSize: 6,
        lineStyle: { width: 2 },
        itemStyle: { color: token(TRACKS[n % TRACKS.length]) },
        connectNulls: false,
      })),
    };
  }

  /* ---------- map for place: five classes, the upper ones with fewer units so that the leaders stand out ---------- */
  function breaks(values) {
    const known = values.filter((v) => typeof v === "number").sort((a, b) => a - b);
    if (!known.length) return [];
    const cuts = [0.2, 0.5, 0.75, 0.88].map((q) => tidy(known[Math.floor(q * (known.length - 1))], known[known.length - 1]));
    return [...new Set(cuts)].filter((c) => c > 0);
  }

  function tidy(value, top) {
    const step = 10 ** Math.max(Math.floor(Math.log10(top || 1)) - 1, -2);
    return Number((Math.round(value / step) * step).toFixed(2));
  }

  function pieces(values) {
    const cuts = breaks(values);
    const text = (n) => n.toLocaleString("zh-CN");
    const ramp = ["--wr-m0", "--wr-m1", "--wr-m2", "--wr-m3", "--wr-m4"].slice(-(cuts.length + 1));
    return Array.from({ length: cuts.length + 1 }, (_, i) => ({
      gte: i ? cuts[i - 1] : undefined,
      lt: i < cuts.length ? cuts[i] : undefined,
      label: !cuts.length ? "有数据" : !i ? `${text(cuts[0])} 以下` : i === cuts.length ? `${text(cuts[i - 1])} 以上` : `${text(cuts[i - 1])}–${text(cuts[i])}`,
      color: token(ramp[i]),
    })).reverse();
  }

  const adcode = (code) => String(code).slice(0, 6);

  async function shapesOf(code) {
    const answer = await fetch(`${document.body.dataset.maps}${code}.json`);
    if (!answer.ok) throw new Error("no map");
    const shapes = await answer.json();
    shapes.features.forEach((f) => (f.properties.adcode = String(f.properties.adcode)));
    return shapes;
  }

  /* The map of an area with its children; with `parts` (codes of its children) those are cut up in turn and drawn as one. */
  async function registered(code, parts) {
    const name = parts.length ? `${code}+` : code;
    if (echarts.getMap(name)) return name;
    const all = await Promise.all((parts.length ? parts.map(adcode) : [code]).map(shapesOf));
    echarts.registerMap(name, { type: "FeatureCollection", features: all.flatMap((shapes) => shapes.features) });
    return name;
  }

  /* Single places over the map, {name, at: [longitude, latitude], tone, url}, on a clear layer of the same projection. */
  const SIGNS = { run: "--wr-blue", done: "--wr-green-b", warn: "--wr-amber-b", stop: "--wr-red-b" };

  function placesOver(area, frame, points) {
    return {
      geo: { map: area, nameProperty: "adcode", ...frame, silent: true, itemStyle: { areaColor: "transparent", borderColor: "transparent" }, label: { show: false } },
      series: {
        type: "scatter",
        coordinateSystem: "geo",
        symbolSize: px(9),
        data: points.map((p) => ({
          name: p.name,
          value: p.at,
          words: p.words,
          url: p.url,
          itemStyle: { color: token(SIGNS[p.tone] || "--wr-ink-3"), borderColor: token("--wr-card"), borderWidth: 1 },
        })),
      },
    };
  }

  async function map(spec, place, given) {
    const narrow = place.clientWidth < px(520);
    const parts = given.parts || [];
    const area = await registered(adcode(spec.area), parts);
    const frame = { aspectScale: 0.82, preserveAspect: true, left: px(16), right: px(16), top: px(12), bottom: px(12) };
    const over = given.points && given.points.length ? placesOver(area, frame, given.points) : null;
    const s = spec.series[0];
    const short = (name) => (name.length > 2 ? name.replace(/[市县区]$/, "") : name);
    const strong = token("--wr-m4");
    const classes = pieces(s.values);
    const top = classes.length ? classes[0].gte ?? 0 : 0;
    return {
      ...base(),
      ...(over ? { geo: over.geo } : {}),
      tooltip: tip((hit) => (hit.data && hit.data.words ? [hit.name, hit.data.words] : hit.data ? said(spec, hit.data.at) : [hit.name, "没有数据"])),
      visualMap: {
        type: "piecewise",
        seriesIndex: 0,
        pieces: classes,
        right: px(narrow ? 6 : 24),
        bottom: px(narrow ? 2 : 18),
        itemWidth: px(11),
        itemHeight: px(9),
        itemGap: px(7),
        align: "right",
        textStyle: { color: token("--wr-ink-2"), fontSize: px(12), fontFamily: FONT },
        outOfRange: { color: token("--wr-grey-1") },
      },
      series: [
        {
          type: "map",
          map: area,
          nameProperty: "adcode",
          ...frame,
          selectedMode: false,
          itemStyle: { borderColor: token("--wr-card"), borderWidth: 1.2, areaColor: token("--wr-grey-1") },
          emphasis: { itemStyle: { areaColor: token("--wr-blue-3") }, label: { color: token("--wr-ink") } },
          data: s.values.map((value, at) => ({
            name: adcode(spec.codes[at]),
            value: value ?? NaN,
            at,
            label: {
              show: !parts.length,
              color: strong && value !== null && value >= top ? token("--wr-on-blue") : token("--wr-ink"),
              fontSize: px(12),
              lineHeight: px(15),
              fontFamily: FONT,
              formatter: narrow ? short(spec.categories[at]) : `${short(spec.categories[at])}\n${labelOf(s, at)}`,
            },
          })),
        },
        ...(over ? [over.series] : []),
      ],
    };
  }

  /* ---------- mounting ---------- */
  async function optionOf(given, place) {
    if (given.option) return { ...base(), ...withTokens(given.option) };
    return { bar, line, map }[given.spec.kind](given.spec, place, given);
  }

  async function draw(script) {
    const place = document.getElementById(script.dataset.target);
    if (!place) return;
    const given = JSON.parse(script.textContent);
    try {
      const option = await optionOf(given, place);
      live.get(place)?.chart.dispose();
      const chart = echarts.init(place, null, { renderer: "svg" });
      chart.setOption(option);
      chart.on("click", (hit) => {
        const at = hit.data && hit.data.at !== undefined ? hit.data.at : hit.dataIndex;
        const url = (hit.data && hit.data.url) || (given.links && given.links[at]);
        if (url) location.assign(url);
      });
      live.set(place, { chart, script, option, given });
    } catch {
      place.replaceChildren();
      const words = document.createElement("div");
      words.className = "wr-chart-empty";
      words.textContent = "此处不画图，数据见下表";
      place.append(words);
    }
  }

  function mount(within = document) {
    const scripts = [...within.querySelectorAll("script[data-wr-chart]")];
    scripts.filter((s) => !live.get(document.getElementById(s.dataset.target))?.script.isSameNode(s)).forEach(draw);
  }

  function savePicture(id) {
    const kept = live.get(document.getElementById(id));
    if (!kept) return;
    const size = kept.chart.getDom().getBoundingClientRect();
    const away = document.createElement("div");
    away.className = "wr-sr";
    document.body.append(away);
    const canvas = echarts.init(away, null, { renderer: "canvas", width: size.width, height: size.height, devicePixelRatio: 2 });
    canvas.setOption({ ...kept.option, backgroundColor: token("--wr-card") });
    const url = canvas.getDataURL({ type: "png", pixelRatio: 2 });
    canvas.dispose();
    away.remove();
    const link = document.createElement("a");
    link.href = url;
    link.download = `${(kept.given.spec && kept.given.spec.title) || "图"}.png`;
    link.click();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-wr-png]");
    if (button) savePicture(button.dataset.wrPng);
  });
  let waiting = 0;
  window.addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => live.forEach((kept, place) => (place.isConnected ? kept.chart.resize() : live.delete(place))), 80);
  });
  document.addEventListener("wr:theme", () => live.forEach((kept) => draw(kept.script)));
  window.addEventListener("beforeprint", () => live.forEach((kept) => kept.chart.resize()));

  window.wrCharts = { mount, savePicture };
  mount();
})();
