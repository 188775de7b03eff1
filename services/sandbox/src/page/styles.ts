/** Light and dark by the reader's own setting; one column, so that it fits a phone. */
export const styles = `:root { color-scheme: light dark; --good: light-dark(#0a6b3d, #6fd8a0); --bad: light-dark(#b3261e, #ffb4ab); --soft: light-dark(#5f6368, #a8adb3); --line: light-dark(#d9dce0, #3c4045); }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 70rem; font: 1rem/1.5 system-ui, sans-serif; color: light-dark(#1c1e21, #e6e8ea); background: light-dark(#fff, #16181a); }
h1 { margin: 0; font-size: 1.4rem; }
header p, footer p { margin: .3rem 0; }
.tools { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
input, button { font: inherit; padding: .4rem .6rem; border: 1px solid var(--soft); border-radius: .3rem; background: transparent; color: inherit; min-height: 2.75rem; }
input { flex: 1 1 12rem; min-width: 0; }
:focus-visible { outline: 3px solid light-dark(#1a5fb4, #99c1f1); outline-offset: 1px; }
.events { list-style: none; margin: 0; padding: 0; }
.events > li { border-top: 1px solid var(--line); border-left: .3rem solid var(--good); padding: 0 .6rem; overflow-wrap: anywhere; }
.events > li.bad { border-left-color: var(--bad); }
summary { padding: .6rem 0; cursor: pointer; }
.verdict { font-weight: 700; color: var(--good); }
.bad .verdict, strong.bad, .reasons { color: var(--bad); }
.app, .test, time { color: var(--soft); margin-left: .4rem; }
.reasons { margin: .2rem 0 0; padding-left: 1.2rem; }
pre { overflow: auto; max-height: 30rem; padding: .6rem; border: 1px solid var(--line); border-radius: .3rem; font-size: .85rem; white-space: pre-wrap; }
code { overflow-wrap: anywhere; }
[hidden] { display: none; }
body.gone::before { content: 'The sandbox does not answer. Start it again; this page goes on by itself.'; display: block; padding: .6rem; margin-bottom: .6rem; border: 2px solid var(--bad); }
`;
