using System.Collections.Immutable;
using OrleansSeg.Cli.Models;
using OrleansSeg.Cli.Output;
using OrleansSeg.Models;

namespace OrleansSeg.Cli.Tests.Models;

public sealed class ModelDocumentTests
{
    private static readonly DateTimeOffset Day = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    private static readonly ImmutableArray<ModelReference> Two = [Reference(1, inService: true), Reference(2, inService: false)];

    private static readonly ImmutableArray<ServiceChange> Log =
    [
        new(Day, 1, ServiceReason.Published, Forced: false),
        new(Day.AddDays(1), 2, ServiceReason.Promoted, Forced: false),
        new(Day.AddDays(3), 1, ServiceReason.RolledBack, Forced: true),
    ];

    private static readonly ImmutableArray<VersionTaint> Taints = [new(1, 0, []), new(2, 3, ["north"])];

    [Fact]
    public void Models_SayWhoWasErasedSince()
    {
        var models = ModelDocument.Of(Two, Log, Taints);
        Assert.Equal((0L, ""), (models[0].MayHaveLearnedFrom!.Erasures, models[0].MayHaveLearnedFrom!.Words));
        Assert.Equal("may have learned from 3 customers erased since; not known: no answer from north", models[1].MayHaveLearnedFrom!.Words);
        using var written = new StringWriter();
        ModelTables.Write(new VerbOutput(json: false, written, TextWriter.Null).Screen, models);
        Assert.Contains("3 customers", written.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Models_SayWhenTheyWereInService_AndWhy()
    {
        var models = ModelDocument.Of(Two, Log, Taints);
        Assert.Equal([(1, true), (2, false)], models.Select(model => (model.Version, model.InService)));
        Assert.Equal(
            [new(Day, Day.AddDays(1), ServiceReason.Published, false), new(Day.AddDays(3), null, ServiceReason.RolledBack, true)], models[0].Served);
        Assert.Equal([new(Day.AddDays(1), Day.AddDays(3), ServiceReason.Promoted, false)], models[1].Served);
    }

    [Fact]
    public void Screen_ShowsWhatWasInServiceWhen()
    {
        using var written = new StringWriter();
        ModelTables.Write(new VerbOutput(json: false, written, TextWriter.Null).Screen, ModelDocument.Of(Two, Log, Taints));
        var lines = written.ToString().Split('\n');
        Assert.Contains(lines, line => line.Contains("2026-03-03 09:00:00Z", StringComparison.Ordinal) && line.Contains("2026-03-05 09:00:00Z", StringComparison.Ordinal) && line.Contains("promoted by hand", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("2026-03-05 09:00:00Z", StringComparison.Ordinal) && line.Contains("rolled back to, forced", StringComparison.Ordinal));
    }

    private static ModelReference Reference(int version, bool inService) =>
        new(version, $"{version:x64}", Day, ["loyal"], "a model", inService);
}
