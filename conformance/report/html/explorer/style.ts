/** The styles of the explorer page, besides those of every page. */
export const EXPLORER_STYLE = `
.explorer { gap: 1.5rem; max-width: 94rem; }
#root:has(.explorer) .top { max-width: 94rem; }
.explorer-head { display: grid; gap: .9rem; grid-template-columns: minmax(0, 1fr); }
.explorer-head h1 { font-size: clamp(1.25rem, 3vw, 1.7rem); font-weight: 650; letter-spacing: -.015em; }
.layers-says { font-size: .82rem; color: var(--faint); margin-bottom: -.6rem; }
.roles { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; font-size: .85rem; }
.layers { display: flex; align-items: flex-end; gap: 2px; height: 2.6rem; border-bottom: 1px solid var(--line); max-width: 44rem; }
.layers li { flex: 1 1 0; height: 100%; min-width: 2px; }
.layers a { display: flex; align-items: flex-end; height: 100%; }
.layers i { flex: 1; background: var(--none); border-radius: 3px 3px 0 0; }
.layers a:hover i { background: var(--live); }
.layers [aria-current] i { background: var(--accent); }
.findings { display: grid; gap: .3rem; font-size: .9rem; }
.findings li { border-left: 3px solid var(--warn); padding: .15rem .8rem; }
.search { display: grid; gap: .6rem; }
.search input { width: 100%; max-width: 32rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .4rem .7rem; }
.search .found { margin: 0; max-height: 18rem; overflow: auto; }
.search .rule-detail { margin: 0; }
.places { display: grid; max-height: 16rem; overflow: auto; font: .8rem/1.5 var(--mono); }
.places a { display: block; padding: .2rem 0; text-decoration: none; }
.places a:hover { text-decoration: underline; }

.walk { display: grid; gap: 1.25rem 1.75rem; grid-template-columns: minmax(0, 5fr) minmax(0, 7fr); grid-template-areas: "around panel" "enabled panel"; grid-template-rows: auto 1fr; align-items: start; }
.around { grid-area: around; }
.enabled { grid-area: enabled; }
.state-panel { grid-area: panel; display: grid; gap: 1.4rem; grid-template-columns: minmax(0, 1fr); }
.near { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: .8rem; max-height: 25rem; overflow: auto; }
.near svg { display: block; margin: 0 auto; font: 12px var(--sans); }
.near .depth { text-anchor: middle; fill: var(--faint); font-size: 11px; }
.near-state rect { fill: var(--raised); stroke: var(--line); }
.near-state text { text-anchor: middle; fill: var(--ink); font-size: 12px; font-variant-numeric: tabular-nums; }
.near-state:hover rect, .near-state.pointed rect { stroke: var(--accent); stroke-width: 2; }
.near-state.parent text { fill: var(--faint); }
.near-state.way rect { stroke: var(--accent); }
.near-state.here rect { fill: var(--accent); stroke: var(--accent); }
.near-state.here text { fill: var(--card); font-weight: 700; }
.near-state.bad rect { stroke: var(--fail); stroke-width: 2; }
.leads { fill: none; stroke: var(--none); stroke-width: 1.4; }
.leads.way { stroke: var(--accent); }
.leads.pointed { stroke: var(--accent); stroke-width: 2.4; }

.enabled > ol { display: grid; gap: .6rem; }
.op { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: .7rem .8rem; display: grid; gap: .3rem; grid-template-columns: minmax(0, 1fr); }
.op .actor { display: flex; gap: .6rem; align-items: center; font-size: .8rem; }
.op .asks { font: 600 .86rem/1.45 var(--mono); }
.ending { display: grid; grid-template-columns: minmax(0, 1fr); gap: .15rem; }
.outcome { display: grid; grid-template-columns: 1.1rem minmax(0, 1fr) auto; gap: .5rem; align-items: baseline; width: 100%; text-align: left; background: var(--raised); border-color: transparent; font: .82rem/1.45 var(--mono); padding: .4rem .6rem; }
.outcome .key { color: var(--faint); font-size: .75rem; }
.outcome .goal { color: var(--accent); white-space: nowrap; font-family: var(--sans); }
.outcome:disabled { opacity: .65; }
.outcome:disabled .goal { color: var(--faint); }
.ending details { font-size: .78rem; color: var(--faint); }
.ending .chips { padding: .3rem 0; }

.state-title { font-size: 1.4rem; letter-spacing: -.015em; }
.state-title .faint { font-size: .95rem; }
.arrival { display: grid; gap: .8rem; grid-template-columns: minmax(0, 1fr); }
.arrival header { border-left: 3px solid var(--accent); padding-left: 1rem; }
.arrival header h2 { font: 600 1.05rem/1.45 var(--mono); }
.arrival details { font-size: .85rem; color: var(--faint); }
.arrival .chips { padding: .5rem 0 0; }
.arrival > .faint { font-size: .85rem; }
.explorer .differences td:first-child { min-width: 12rem; }
.explorer .differences .left { color: var(--faint); }
.explorer .differences .right { color: var(--accent); }
.explorer .marked { background: var(--accent-soft); color: var(--accent); box-shadow: 0 0 0 3px var(--accent-soft); }
.explorer td.marked { box-shadow: none; }
.explorer .file.differs { border-color: color-mix(in srgb, var(--accent) 45%, var(--line)); }
.holding details { font-size: .9rem; }
.holding .section:not(:first-child) { margin-top: 1rem; }
.laws { display: grid; font-size: .88rem; margin: .5rem 0; }
.laws li { display: grid; grid-template-columns: 9rem minmax(0, 1fr) auto; gap: .8rem; padding: .3rem 0; border-top: 1px solid var(--line); }
.laws .count { color: var(--pass); font-size: .8rem; white-space: nowrap; }
.laws .silent { color: var(--faint); }
.laws .silent .count { color: var(--faint); }
.laws .broken .count, .laws em { color: var(--fail); font-weight: 600; }
.way { display: grid; gap: .25rem; font: .82rem/1.5 var(--mono); }
.way li { display: grid; grid-template-columns: 5.5rem minmax(0, 1fr); gap: .6rem; }
.keys { font-size: .82rem; }
kbd { font: .78rem var(--mono); border: 1px solid var(--line); border-radius: 5px; padding: .05rem .35rem; background: var(--card); }

@media (max-width: 60rem) {
  .walk { grid-template-columns: minmax(0, 1fr); grid-template-areas: "around" "enabled" "panel"; }
  .near { max-height: 16rem; }
}
@media (max-width: 40rem) {
  .explorer .differences td:first-child { min-width: 7rem; }
  .laws li { grid-template-columns: minmax(0, 1fr) auto; }
  .laws li span:not(.count) { grid-column: 1 / -1; grid-row: 2; }
  .way li { grid-template-columns: minmax(0, 1fr); gap: 0; }
}
@media print { .search, .keys { display: none; } }
`;
