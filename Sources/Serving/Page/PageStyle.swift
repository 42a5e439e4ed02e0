/// The page's style sheet: dark or light as the reader's system says, dense, and nothing moves.
enum PageStyle {
    static let text: StaticString = #"""
        :root{color-scheme:light dark;--bg:#f3f4f6;--card:#fff;--line:#d3d8de;--text:#14181d;--soft:#4d5660;--link:#0a4fa8;
        --bad:#a81b12;--hold:#7a4a00;--good:#17633a;--badbg:#a81b12;--badtext:#fff;--holdbg:#ffe3a3;--holdtext:#2b1d00;
        --field:#fff;--edge:#7b8591;--strong:#14181d;--strongtext:#fff}
        @media (prefers-color-scheme:dark){:root{--bg:#0d1014;--card:#161a20;--line:#2c333c;--text:#e8ebef;--soft:#a4adb8;
        --link:#8cbcff;--bad:#ff9086;--hold:#f2c063;--good:#7fd6a2;--badbg:#8f1a12;--badtext:#fff;--holdbg:#4d3600;
        --holdtext:#ffe9bd;--field:#0d1014;--edge:#7b8591;--strong:#e8ebef;--strongtext:#14181d}}
        *{box-sizing:border-box}
        [hidden],.js{display:none!important}
        .scripted .js{display:revert!important}.scripted .js[hidden],.scripted .plain{display:none!important}
        html{-webkit-text-size-adjust:100%;overflow-anchor:none;scroll-padding:48px 0}
        body{margin:0 auto;padding:0 14px 24px;max-width:1560px;background:var(--bg);color:var(--text);
        font:15px/1.45 system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
        h1,h2,h3,p,dl,dd,ol,blockquote,table{margin:0}
        h1{font-size:23px;line-height:1.25;font-weight:650;letter-spacing:-.01em}
        h2{font-size:14px;font-weight:650;margin-bottom:8px}
        h3{font-size:13px;font-weight:600;color:var(--soft)}
        code,.ref,.name{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.92em}
        code,.name,p,li{overflow-wrap:anywhere}td .name,th .name{overflow-wrap:normal}
        a{color:var(--link)}
        :focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:3px}
        main:focus,h2:focus{outline:none}
        .sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
        .skip{position:absolute;left:-999px}.skip:focus{left:14px;top:8px;z-index:9;background:var(--card);padding:8px 12px}
        #top{display:flex;flex-wrap:wrap;gap:2px 16px;align-items:center;padding:10px 0;font-size:13px;color:var(--soft)}
        .brand{font-weight:700;color:var(--text)}
        .refresh{margin-left:auto}
        main{display:grid;grid-template-columns:repeat(12,minmax(0,1fr));gap:12px}
        main>*{grid-column:span 12;min-width:0}
        #warnings:empty{display:none}
        #alarm{position:fixed;inset:0 0 auto;z-index:5;padding:9px 16px;background:var(--badbg);color:var(--badtext);
        font-weight:600;text-decoration:none;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
        #alarm.hold{background:var(--holdbg);color:var(--holdtext)}#alarm:focus-visible{outline-offset:-4px}
        .card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:14px 16px}
        .banner{padding:12px 16px;border-radius:8px;font-size:15px}
        .banner+.banner{margin-top:8px}#lost{margin-bottom:12px}
        .banner.bad{background:var(--badbg);color:var(--badtext)}
        .banner.hold{background:var(--holdbg);color:var(--holdtext)}
        .banner .what{font-size:17px}.banner .advice{margin-top:2px}
        .banner :focus-visible{outline-color:currentColor}
        .sign{display:inline-block;min-width:22px;height:22px;line-height:20px;margin-right:8px;text-align:center;
        font-weight:700;border:2px solid;border-radius:50%;line-height:18px}
        .findings{list-style:none;padding:0;margin-top:10px;display:grid;gap:10px}
        .findings li{border-left:4px solid var(--line);padding-left:12px}
        .findings .bad{border-left-color:var(--bad)}
        .findings .what{font-weight:600}
        .runbook{color:var(--soft);white-space:nowrap}.banner .runbook{color:inherit}.runbook code{white-space:normal}

        .hint,.more,.lead,.calm,caption{font-size:13px;color:var(--soft)}
        .lead{margin:-4px 0 8px}.more{margin-top:8px}.calm{font-size:14px}
        h1+.calm{margin-top:4px}
        #numbers{display:grid;grid-template-columns:repeat(4,minmax(0,1fr));gap:12px}
        .number{padding:12px 14px}.number .value{font-size:30px;line-height:1.2;font-weight:650}
        .number.bad .value{color:var(--bad)}
        .number,td.n,th.n,.value,time{font-variant-numeric:tabular-nums}
        .spark{display:block;width:100%;height:34px;margin:4px 0;border-bottom:1px solid var(--line)}
        .spark polyline{fill:none;stroke:var(--link);stroke-width:2;vector-effect:non-scaling-stroke;
        stroke-linejoin:round;stroke-linecap:round}
        .bad .spark polyline{stroke:var(--bad)}
        .scroll{overflow-x:auto;position:relative}
        .scroll+.hint,.scroll+.more,.scroll+h3,.facts+.scroll,.facts+.hint{margin-top:8px}
        table{border-collapse:collapse;width:100%;font-size:13.5px}
        caption{text-align:left;padding-bottom:4px}
        th,td{text-align:left;padding:5px 14px 5px 0;vertical-align:baseline;white-space:nowrap;
        border-bottom:1px solid var(--line)}
        th:last-child,td:last-child{padding-right:0}
        tbody tr:last-child>*{border-bottom:0}
        thead th{font-weight:600;color:var(--soft);font-size:12.5px}tbody th{font-weight:500}
        th.n,td.n{text-align:right}td.t{font-variant-numeric:tabular-nums}
        td.zero,.none{color:var(--soft)}td.bad{color:var(--bad);font-weight:650}
        td .hint,#evidence td:first-child{white-space:normal}
        .matrix td{border-left:1px solid var(--line);padding-left:10px}
        .matrix thead th{padding-left:10px}.matrix thead th:first-child{padding-left:0}
        .status{white-space:nowrap}.status .shape{display:inline-block;width:1em;text-align:center}
        .status.bad,#answer.bad .verdict{color:var(--bad);font-weight:600}.status.bad .shape{color:var(--bad)}
        .status.good .shape,#answer.good .verdict{color:var(--good)}.status.hold .shape{color:var(--hold)}
        .incidents{list-style:none;padding:0;display:grid;gap:8px}.incidents li{min-width:0}
        .incidents .hint{margin-left:1.35em}
        details{margin-top:8px}summary{cursor:pointer;font-size:13px;color:var(--link);width:fit-content}
        details>*+*{margin-top:8px}
        .facts div,.words div{display:grid;grid-template-columns:120px minmax(0,1fr);gap:10px;padding:2px 0;font-size:13.5px}
        dt{color:var(--soft)}dd{overflow-wrap:anywhere}
        label{display:block;font-size:13px;color:var(--soft);margin-bottom:3px}
        input,select,button{font:inherit;color:inherit;border:1px solid var(--edge);border-radius:6px;background:var(--field);
        padding:6px 10px;min-height:34px}
        input,select{width:100%}
        #session{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
        button{cursor:pointer;background:var(--card);white-space:nowrap}
        button:hover{border-color:var(--text)}
        .strong{background:var(--strong);color:var(--strongtext);border-color:var(--strong);font-weight:600}
        .refresh button{min-height:26px;padding:2px 10px;font-size:13px}
        .ref{min-height:24px;padding:1px 6px;border-color:var(--line);color:var(--link)}
        .row{display:flex;gap:8px;margin-top:8px}#ask .row{margin-top:0}
        #ask+.hint{margin-top:8px}
        .fields{display:grid;grid-template-columns:repeat(auto-fit,minmax(180px,1fr));gap:8px 12px}
        #order-said:not(:empty),#unlock-said:not(:empty){margin-top:8px;font-weight:600}
        #answer{border-width:1px 1px 1px 5px}#answer.bad{border-left-color:var(--bad)}
        #answer.good{border-left-color:var(--good)}#answer.hold{border-left-color:var(--hold)}
        #answer h2{font-size:18px;margin-bottom:4px}.why{font-size:16px;margin-bottom:10px}
        .columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(300px,100%),1fr));gap:12px 28px;margin-bottom:10px}
        .columns ol{padding-left:20px;margin-top:2px}blockquote{border-left:3px solid var(--line);padding-left:10px}
        #answer .scroll+h3{margin-top:12px}
        #unlock input{max-width:420px}h1+form{margin-top:12px}
        dialog{border:1px solid var(--edge);border-radius:10px;background:var(--card);color:var(--text);max-width:440px;padding:18px}
        dialog::backdrop{background:rgba(0,0,0,.55)}dialog .row{margin-top:14px;justify-content:flex-end}
        footer{margin-top:16px;font-size:13px;color:var(--soft)}footer p{margin-top:8px}
        .old main{opacity:.55}
        .wide,.slim{display:grid;gap:12px;align-content:start;grid-template-columns:minmax(0,1fr)}
        @media (min-width:1000px){.wide{grid-column:span 7}.slim{grid-column:span 5}
        .findings{grid-template-columns:repeat(2,minmax(0,1fr));gap:12px 24px}
        #explain{display:grid;grid-template-columns:auto minmax(300px,1fr) minmax(0,1fr);gap:2px 24px;align-items:center}
        #explain h2{margin:0}#ask+.hint{margin:0}}
        @media (max-width:760px){#numbers{grid-template-columns:repeat(2,minmax(0,1fr))}body{padding:0 10px 20px}
        .card{padding:12px}h1{font-size:20px}.refresh{margin-left:0}.facts div,.words div{grid-template-columns:96px minmax(0,1fr)}}
        @media (prefers-reduced-motion:reduce){*{transition:none!important;animation:none!important;scroll-behavior:auto!important}}
        @media (forced-colors:active){.banner,.sign{border:2px solid}}
        """#
}
