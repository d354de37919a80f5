/** The look of the page: one sheet, light and dark from the same names, phones first in mind. */
export const STYLE = `
:root {
  color-scheme: light;
  --paper: #faf9f6; --card: #ffffff; --raised: #f2f0ea; --ink: #1d1f24; --faint: #666a73; --line: #dedbd2;
  --accent: #3a56c5; --accent-soft: #e6eafa;
  --pass: #2f8f5b; --fail: #c4302b; --warn: #a96a00; --none: #c9c6bd;
  --fail-soft: #fbe9e7; --pass-soft: #e5f3ea; --warn-soft: #faf0dc;
  --live: #4a69d9; --async: #b0589f; --shadow: 0 1px 2px rgb(30 30 30 / 6%), 0 6px 24px rgb(30 30 30 / 5%);
  --mono: ui-monospace, "SF Mono", "Cascadia Code", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  --sans: ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
}
:root[data-theme=dark] {
  color-scheme: dark;
  --paper: #14161b; --card: #1b1e25; --raised: #242831; --ink: #e9e8e4; --faint: #9a9fab; --line: #313641;
  --accent: #93a9ff; --accent-soft: #262f4f;
  --pass: #5bc58a; --fail: #ff7b72; --warn: #e3b341; --none: #434854;
  --fail-soft: #3a2124; --pass-soft: #1c3226; --warn-soft: #352b17;
  --live: #7f9bff; --async: #d98ccb; --shadow: none;
}
@media (prefers-color-scheme: dark) {
  :root:not([data-theme=light]) {
    color-scheme: dark;
    --paper: #14161b; --card: #1b1e25; --raised: #242831; --ink: #e9e8e4; --faint: #9a9fab; --line: #313641;
    --accent: #93a9ff; --accent-soft: #262f4f;
    --pass: #5bc58a; --fail: #ff7b72; --warn: #e3b341; --none: #434854;
    --fail-soft: #3a2124; --pass-soft: #1c3226; --warn-soft: #352b17;
    --live: #7f9bff; --async: #d98ccb; --shadow: none;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 var(--sans); overflow-wrap: anywhere; }
h1, h2, h3, h4, p, ul, ol, dl, dd, figure { margin: 0; padding: 0; }
ul, ol { list-style: none; }
h1, h2, h3, h4 { line-height: 1.25; text-wrap: balance; }
h2 { font-size: 1.15rem; }
a { color: var(--accent); text-underline-offset: .2em; text-decoration-thickness: 1px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
button, input, select { font: inherit; color: inherit; }
button { cursor: pointer; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .3rem .7rem; }
button:hover:not(:disabled) { border-color: var(--accent); color: var(--accent); }
button:disabled { opacity: .4; cursor: default; }
summary { cursor: pointer; }
.faint { color: var(--faint); font-weight: 400; }
.none { color: var(--faint); font-style: italic; }
.offscreen { position: fixed; left: -200vw; }
.said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.quiet { border: 0; background: none; padding: 0; color: var(--accent); font: inherit; text-decoration: underline; }
.scroll { overflow-x: auto; }

.top { display: flex; align-items: baseline; gap: .6rem; max-width: 78rem; margin: 0 auto; padding: .9rem 1.25rem; font-size: .875rem; }
.brand { font-weight: 700; color: var(--ink); text-decoration: none; letter-spacing: -.01em; }
.theme { margin-left: auto; width: 2.2rem; height: 2.2rem; padding: 0; border-radius: 50%; }
main { max-width: 78rem; margin: 0 auto; padding: 0 1.25rem 5rem; display: grid; gap: 2.25rem; grid-template-columns: minmax(0, 1fr); }
main > section > h2 { margin-bottom: .75rem; }

.verdict { background: var(--card); border: 1px solid var(--line); border-left: 6px solid var(--warn); border-radius: 14px; padding: 1.6rem 1.75rem; box-shadow: var(--shadow); }
.verdict.conformant, .verdict.conformant-with-deviations { border-left-color: var(--pass); }
.verdict.not-conformant { border-left-color: var(--fail); }
.verdict .what { font-size: .95rem; }
.verdict h1 { font-size: clamp(2rem, 7vw, 3.4rem); letter-spacing: -.035em; font-weight: 750; margin: .1rem 0 .25rem; color: var(--warn); }
.verdict.conformant h1, .verdict.conformant-with-deviations h1 { color: var(--pass); }
.verdict.not-conformant h1 { color: var(--fail); }
.reasons { color: var(--faint); }
.numbers { display: flex; flex-wrap: wrap; gap: 1rem 2.4rem; margin-top: 1.3rem; }
.number { display: flex; flex-direction: column; }
.number dd { font-size: 1.5rem; font-weight: 600; font-variant-numeric: tabular-nums; letter-spacing: -.02em; line-height: 1.2; }
.number dt { font-size: .8rem; color: var(--faint); }

.tags { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; font-size: .85rem; }
.tag { font-size: .74rem; padding: .05rem .5rem; border-radius: 99px; background: var(--raised); color: var(--faint); white-space: nowrap; }
.tag.fail, .tag.changed, .tag.stale { background: var(--fail-soft); color: var(--fail); }
.tag.pass { background: var(--pass-soft); color: var(--pass); }
.tag.not-exercised, .tag.known { background: var(--warn-soft); color: var(--warn); }
.signature { font: .8rem/1.5 var(--mono); color: var(--faint); }

.cards { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); }
.card { display: flex; flex-direction: column; gap: .45rem; height: 100%; padding: 1rem 1.15rem; background: var(--card); border: 1px solid var(--line); border-radius: 12px; color: inherit; text-decoration: none; box-shadow: var(--shadow); transition: border-color .12s, transform .12s; }
.card:hover { border-color: var(--fail); transform: translateY(-1px); }
.card .says { font-weight: 550; line-height: 1.4; }
.card .faint { font-size: .85rem; margin-top: auto; }
.errors li { border-left: 3px solid var(--warn); background: var(--warn-soft); padding: .6rem .9rem; border-radius: 0 8px 8px 0; margin-bottom: .5rem; font: .85rem/1.5 var(--mono); }

.known-list { display: grid; gap: .4rem; }

.matrix-head { display: flex; flex-wrap: wrap; align-items: center; gap: .6rem 1.25rem; margin-bottom: 1rem; }
.matrix-head form { display: flex; flex-wrap: wrap; gap: .5rem; margin-left: auto; }
.matrix-head input, .matrix-head select { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .3rem .6rem; min-width: 0; }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1rem; font-size: .82rem; color: var(--faint); }
.legend i, .found i { display: inline-block; width: .75rem; height: .75rem; border-radius: 3px; margin-right: .15rem; vertical-align: -.06rem; background: var(--none); }
i.pass, .square.pass { background: var(--pass) !important; }
i.fail, .square.fail, i.changed, .square.changed, i.stale, .square.stale { background: var(--fail) !important; }
i.not-exercised, .square.not-exercised, i.known, .square.known { background: var(--warn) !important; }
i.not-applicable, .square.not-applicable { background: repeating-linear-gradient(135deg, var(--none) 0 2px, transparent 2px 4px) !important; }
.areas { display: grid; gap: .15rem; }
.area { display: grid; grid-template-columns: minmax(0, 21rem) minmax(0, 1fr); gap: .2rem 1.2rem; padding: .42rem 0; border-top: 1px solid var(--line); align-items: center; }
.area h3 { font-size: .85rem; font-weight: 400; color: var(--faint); display: flex; gap: .6rem; }
.area h3 b { color: var(--ink); font-weight: 650; min-width: 3.4rem; }
.area h3 span { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.squares { display: flex; flex-wrap: wrap; gap: 3px; }
.squares li { display: flex; }
.square { display: block; width: 15px; height: 15px; border-radius: 4px; transition: transform .1s; }
.square.should { opacity: .72; }
.square.info { opacity: .5; }
.square:hover, .square[aria-current] { transform: scale(1.35); opacity: 1; }
.square[aria-current] { outline: 2px solid var(--ink); outline-offset: 1px; }
.square.dimmed { opacity: .12; }
.rule-detail { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.1rem 1.25rem; margin-bottom: 1rem; box-shadow: var(--shadow); }
.rule-detail header { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem; }
.rule-detail .close { margin-left: auto; text-decoration: none; padding: 0 .4rem; }
.rule-says { font-size: 1.08rem; line-height: 1.5; margin: .5rem 0 .8rem; max-width: 62ch; }
.found { margin-top: 1rem; display: grid; gap: .1rem; }
.found a { display: block; padding: .3rem .2rem; color: inherit; text-decoration: none; font-size: .9rem; border-radius: 6px; }
.found a:hover { background: var(--raised); }

.rest { border-top: 1px solid var(--line); }
.counted { border-bottom: 1px solid var(--line); padding: .75rem 0; }
.counted summary { font-weight: 600; }
.counted ul, .counted dl { margin-top: .75rem; }
.counted li { display: grid; grid-template-columns: 9.5rem minmax(0, 1fr) auto; gap: .75rem; padding: .25rem 0; font-size: .9rem; }
.counted li b { font-weight: 550; }
.counted .count { font-variant-numeric: tabular-nums; color: var(--faint); }
.counted .bad b, .counted .bad .count { color: var(--warn); }

.failure { gap: 1.5rem; max-width: 94rem; }
#root:has(.failure) .top { max-width: 94rem; }
.crumbs { display: flex; gap: 1rem; font-size: .875rem; color: var(--faint); }
.failure-head h1 { font-size: clamp(1.25rem, 3vw, 1.7rem); font-weight: 650; letter-spacing: -.015em; line-height: 1.35; margin: .5rem 0 .6rem; max-width: 46ch; text-wrap: pretty; }
.failure-head .faint { font-size: .9rem; margin-top: .3rem; }
.copies { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: .9rem; }
.copy { font-size: .875rem; }
.stepper { position: sticky; top: 0; z-index: 2; display: flex; flex-wrap: wrap; align-items: center; gap: .6rem; padding: .6rem 0; background: var(--paper); border-bottom: 1px solid var(--line); }
.stepper input { flex: 1 1 7rem; min-width: 5rem; accent-color: var(--accent); }
.stepper output { font-size: .9rem; color: var(--faint); font-variant-numeric: tabular-nums; }
.stepper output b { color: var(--ink); }
.icon { width: 2.4rem; height: 2.4rem; padding: 0; font-size: 1.2rem; line-height: 1; }
.to-failure { font-size: .875rem; color: var(--fail); }
.story { display: grid; grid-template-columns: minmax(0, auto) minmax(0, 1fr); gap: 1.75rem; align-items: start; }
.lanes { overflow: auto; max-width: min(34rem, 44vw); max-height: calc(100vh - 5rem); position: sticky; top: 4.2rem; }
.lanes svg { display: block; font: 12px var(--sans); }
.lane-title { text-anchor: middle; fill: var(--faint); font-size: 12px; }
.lane { stroke: var(--line); stroke-width: 1; }
.wait { stroke: var(--warn); stroke-width: 4; stroke-dasharray: 2 4; opacity: .75; }
.step { cursor: pointer; outline-offset: -2px; }
.step .row { fill: transparent; }
.step:hover .row { fill: var(--raised); }
.step.current .row { fill: var(--accent-soft); }
.step.diverges .row { fill: var(--fail-soft); }
.step .number { text-anchor: end; fill: var(--faint); font-size: 11px; }
.step.current .number { fill: var(--accent); font-weight: 700; }
.step .box { fill: var(--card); stroke: var(--faint); stroke-width: 1; }
.step .box.pending { stroke: var(--warn); stroke-dasharray: 4 3; }
.step.current .box { stroke: var(--accent); stroke-width: 2; }
.step.diverges .box { stroke: var(--fail); stroke-width: 2; }
.step .name { text-anchor: middle; fill: var(--ink); font: 10.5px var(--mono); }
.message { fill: none; stroke: var(--live); stroke-width: 1.8; opacity: .85; pointer-events: none; }
.message.oneway { stroke: var(--async); stroke-dasharray: 5 3; }
.message.reply { stroke: var(--pass); }
.tip { fill: context-stroke; }

.step-panel { display: grid; gap: 1.5rem; min-width: 0; grid-template-columns: minmax(0, 1fr); }
.step-panel header { border-left: 3px solid var(--accent); padding-left: 1rem; }
.step-panel.failed header { border-left-color: var(--fail); }
.step-panel header h2 { font: 600 1.05rem/1.45 var(--mono); }
.actor { font-size: .875rem; color: var(--faint); }
.showed { font: .95rem/1.5 var(--mono); }
.section { font-size: .8rem; text-transform: uppercase; letter-spacing: .07em; color: var(--faint); font-weight: 600; margin-bottom: .6rem; }
.pair, .columns { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .9rem; }
.pair > div { padding: .8rem 1rem; border-radius: 10px; }
.pair h3 { font-size: .78rem; font-weight: 600; text-transform: uppercase; letter-spacing: .06em; }
.allowed { background: var(--pass-soft); }
.allowed h3 { color: var(--pass); }
.observed { background: var(--fail-soft); }
.observed h3 { color: var(--fail); }
.big { font: 600 .98rem/1.45 var(--mono); margin-top: .15rem; }
.verdict-of-step { display: grid; gap: .8rem; grid-template-columns: minmax(0, 1fr); }
.differences, .things { border-collapse: collapse; width: 100%; font-size: .84rem; }
.differences th, .things th { text-align: left; font-weight: 500; color: var(--faint); font-size: .76rem; padding: .15rem .7rem .15rem 0; white-space: nowrap; }
.differences td, .things td { padding: .25rem .7rem .25rem 0; border-top: 1px solid var(--line); vertical-align: top; font-family: var(--mono); font-size: .8rem; font-variant-numeric: tabular-nums; }
.things td { white-space: nowrap; }
.things td.prose { white-space: normal; font-family: var(--sans); font-size: .85rem; }
.differences td:first-child { font-family: var(--sans); }
.differences .left { color: var(--pass); }
.differences .right { color: var(--fail); }
.agree { color: var(--pass); font-size: .92rem; }
.disagree { color: var(--fail); font-size: .92rem; font-weight: 550; }
.beside { display: grid; gap: .9rem; grid-template-columns: minmax(0, 1fr); }
.sides { display: none; gap: .4rem; }
.sides [aria-pressed=true] { background: var(--accent-soft); border-color: var(--accent); color: var(--accent); }
.column h3 { font-size: .85rem; margin-bottom: .4rem; }
.column { min-width: 0; display: grid; gap: .5rem; align-content: start; }
.state { display: grid; gap: .6rem; grid-template-columns: minmax(0, 1fr); }
.file { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: .75rem .9rem; display: grid; gap: .5rem; grid-template-columns: minmax(0, 1fr); }
.file.differs { border-color: color-mix(in srgb, var(--fail) 55%, var(--line)); }
.file h4 { font-size: .9rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .3rem 1rem; }
.fact dt { font-size: .74rem; color: var(--faint); }
.fact dd { font-size: .86rem; font-variant-numeric: tabular-nums; }
.marked { background: var(--fail-soft); color: var(--fail); box-shadow: 0 0 0 3px var(--fail-soft); border-radius: 2px; font-weight: 600; }
td.marked { box-shadow: none; }
.strips { display: grid; gap: .9rem; grid-template-columns: minmax(0, 1fr); }
.strip figcaption { font-size: .875rem; margin-bottom: .3rem; }
.strip ol { display: flex; gap: 2px; height: 2.3rem; }
.strip li { position: relative; min-width: 5px; flex-basis: 0; border-radius: 4px; display: grid; place-items: center; overflow: hidden; }
.strip .free, .legend i.free { background: var(--raised); box-shadow: inset 0 0 0 1px var(--line); }
.strip .live, .legend i.live { background: var(--live); color: #fff; }
.strip .async, .legend i.async { background: var(--async); color: #fff; }
.strip b { font: 600 .72rem var(--mono); white-space: nowrap; }
:root[data-theme=dark] .strip .live, :root[data-theme=dark] .strip .async { color: #14161b; }
.graph { display: block; font: 12px var(--sans); max-width: none; }
.graph .box { fill: var(--card); stroke: var(--line); }
.graph .title { fill: var(--faint); font-size: 12px; }
.graph text { fill: var(--ink); font-size: 11.5px; }
.graph .ref rect { fill: var(--raised); }
.graph .ref.dead rect { fill: var(--fail-soft); }
.graph .node rect { fill: var(--accent-soft); }
.edge { fill: none; stroke: var(--accent); stroke-width: 1.8; }
.edge.weak { stroke-dasharray: 4 3; opacity: .7; }
.chips { display: flex; flex-wrap: wrap; gap: .35rem; }
.chip { display: block; font: .76rem/1.6 var(--mono); padding: .05rem .5rem; border-radius: 6px; background: var(--raised); color: var(--ink); text-decoration: none; }
.chip:hover { color: var(--accent); }
.chip.blamed { background: var(--fail-soft); color: var(--fail); font-weight: 700; }
.code { background: var(--raised); border-radius: 10px; padding: .9rem 1rem; margin: .6rem 0 0; font: .8rem/1.55 var(--mono); overflow: auto; max-height: 28rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.certificate { display: grid; gap: .6rem; grid-template-columns: minmax(0, 1fr); }
.certificate .scroll { margin-top: .6rem; }
.ops { display: grid; gap: .3rem; font: .85rem/1.5 var(--mono); }

@media (max-width: 60rem) {
  .story { grid-template-columns: minmax(0, 1fr); }
  .lanes { max-width: 100%; max-height: 46vh; position: static; border-bottom: 1px solid var(--line); }
}
@media (max-width: 40rem) {
  main, .top { padding-left: 1rem; padding-right: 1rem; }
  .verdict { padding: 1.2rem 1.2rem; }
  .numbers { gap: .8rem 1.5rem; }
  .area { grid-template-columns: minmax(0, 1fr); }
  .matrix-head form { margin-left: 0; width: 100%; }
  .matrix-head input { flex: 1 1 100%; }
  .matrix-head select { flex: 1; }
  .counted li { grid-template-columns: minmax(0, 1fr) auto; }
  .counted li span:not(.count) { grid-column: 1 / -1; grid-row: 2; color: var(--faint); }
  .pair { grid-template-columns: minmax(0, 1fr); }
  .sides { display: flex; }
  .beside .columns { grid-template-columns: minmax(0, 1fr); }
  .beside[data-side=expected] .column.seen, .beside[data-side=seen] .column.expected { display: none; }
  details .columns { grid-template-columns: minmax(0, 1fr); }
}
@media (prefers-reduced-motion: reduce) { *, *::before, *::after { transition: none !important; animation: none !important; scroll-behavior: auto !important; } }
@media print { .theme, .stepper, .copies, .matrix-head form { display: none; } body { background: #fff; } }
`;
