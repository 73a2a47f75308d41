namespace OrleansSeg.Cli.Html;

/// <summary>How the report looks. It holds no quotation mark and no angle bracket, since escaping would change them.</summary>
internal static class ReportStyle
{
    public const string Sheet = """

        body { font: 15px/1.5 system-ui, sans-serif; color: #1c2733; background: #fff; max-width: 1180px; margin: 2rem auto; padding: 0 1.25rem; }
        h1 { font-size: 1.6rem; margin-bottom: .5rem; }
        h2 { font-size: 1.15rem; margin: 2rem 0 .6rem; }
        table { border-collapse: collapse; }
        th, td { text-align: left; vertical-align: top; padding: .3rem .7rem; border-bottom: 1px solid #dfe5ec; overflow-wrap: anywhere; }
        th { font-weight: 600; color: #46586b; }
        .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        .wide { overflow-x: auto; }
        .wide th, .wide td { overflow-wrap: normal; }
        .wide code, summary { white-space: nowrap; }
        .names { min-width: 9rem; }
        .outcome { padding: .6rem .9rem; border-left: 4px solid #8494a5; background: #f3f6f9; overflow-wrap: anywhere; }
        .done { border-color: #1f8a4c; background: #eef8f1; }
        .failed { border-color: #c0392b; background: #fdf0ee; }
        .cancelled { border-color: #b07d12; background: #fdf7e8; }
        .none, footer { color: #5b6c7d; }
        footer { margin: 2.5rem 0 1rem; font-size: .85rem; }
        .charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(340px, 1fr)); gap: 1rem; }
        figure { margin: 0; padding: .7rem; border: 1px solid #dfe5ec; border-radius: 6px; }
        figcaption { font-weight: 600; overflow-wrap: anywhere; }
        svg { width: 100%; height: auto; display: block; font: 12px system-ui, sans-serif; }
        svg text { fill: #46586b; }
        svg .tick { font-size: 11px; }
        svg .grid { stroke: #e6ebf0; }
        svg .axis { stroke: #8494a5; }
        svg polyline { fill: none; stroke: #1f6fb2; stroke-width: 2; }
        svg circle { fill: #1f6fb2; }
        svg .diagonal { stroke: #b8c2cc; stroke-dasharray: 4 4; }
        svg .s0 { stroke: #1f6fb2; } svg circle.s0 { fill: #1f6fb2; } svg polyline.s0 { stroke-width: 2.5; }
        svg .s1 { stroke: #d1701f; } svg circle.s1 { fill: #d1701f; }
        svg .s2 { stroke: #2e8b57; } svg circle.s2 { fill: #2e8b57; }
        svg .s3 { stroke: #8e5bb5; } svg circle.s3 { fill: #8e5bb5; }
        svg .s4 { stroke: #b5354a; } svg circle.s4 { fill: #b5354a; }
        svg .s5 { stroke: #7a7a3a; } svg circle.s5 { fill: #7a7a3a; }
        svg polyline.s1, svg polyline.s2, svg polyline.s3, svg polyline.s4, svg polyline.s5 { stroke-width: 1.4; }
        svg .interval { stroke-width: 1.2; }
        .confusion td { text-align: right; font-variant-numeric: tabular-nums; min-width: 4.2rem; }
        .best { font-weight: 600; }
        summary { cursor: pointer; }
        @media print { body { margin: 0; max-width: none; } figure, tr { break-inside: avoid; } }

        """;
}
