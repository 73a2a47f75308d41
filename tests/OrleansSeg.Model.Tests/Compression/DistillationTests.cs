using OrleansSeg.Model.Compression;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.Transformer;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Compression;

public sealed class DistillationTests
{
    private static readonly string[] Texts = SmallFolder.Texts(240, 4);
    private static readonly DistillationOptions Options = new() { Epochs = 6, BatchSize = 16, LearningRate = 3e-3 };

    [Fact]
    public void Student_OfFewerLayers_ComesCloserToItsTeacher()
    {
        using var folder = new SmallFolder();
        using var teacher = folder.Read();
        using var student = LayerChoice.Keep(teacher, [0, 3]);
        using var taught = Distillation.Teach(teacher, student, Tokens(teacher), Options, null, CancellationToken.None);
        var (before, after) = (Cosine(folder, student), Cosine(folder, taught));
        Assert.True(after > before + 0.05 && after > 0.8, $"{before} before, {after} after");
        Assert.Equal(student.Config.Dropout, taught.Config.Dropout);
    }

    [Fact]
    public void Tagger_OfFewerLayers_TellsWhatItsTeacherTells()
    {
        using var folder = new SmallFolder(SmallFolder.Config with { Head = TextHead.TokenClassification, Labels = ["O", "buy", "search"] });
        using var teacher = folder.Read();
        using var student = LayerChoice.Keep(teacher, [0, 3]);
        using var taught = Distillation.Teach(teacher, student, Tokens(teacher), Options, null, CancellationToken.None);
        student.Write(folder.Part("student"));
        taught.Write(folder.Part("taught"));
        var texts = SmallFolder.Texts(60, 9);
        var (before, after) = (Same("student"), Same("taught"));
        Assert.True(after > before, $"{before} before, {after} after");

        double Same(string name) => ModelQuality.Of(folder.Part(name), folder.FullPath, texts, [], 1, CancellationToken.None).SameAnswers!.Value;
    }

    [Fact]
    public void NarrowerStudent_HasVectorsOfItsTeachersWidth_FromTheFolderAlone()
    {
        using var folder = new SmallFolder(SmallFolder.Config with { Head = TextHead.MaskedLanguage });
        using var teacher = folder.Read();
        using var taught = Distillation.TeachNarrower(teacher, new StudentShape(16, 2), Tokens(teacher), Options with { Epochs = 12 }, null, CancellationToken.None);
        Assert.Equal((16, 2, TextHead.None), (taught.Config.Hidden, taught.Config.Layers, taught.Config.Head));
        var cosine = Cosine(folder, taught);
        Assert.True(cosine > 0.6, $"{cosine}");
    }

    [Fact]
    public void SameSeed_GivesTheSameStudent()
    {
        using var folder = new SmallFolder();
        using var teacher = folder.Read();
        Assert.Equal(Saved(1), Saved(1));
        Assert.NotEqual(Saved(1), Saved(2));

        byte[] Saved(int seed)
        {
            using var taught = Distillation.TeachNarrower(teacher, new StudentShape(16, 1), Tokens(teacher), Options with { Epochs = 1, Seed = seed }, null, CancellationToken.None);
            taught.Write(folder.Part("seeded"));
            return File.ReadAllBytes(Path.Combine(folder.Part("seeded"), "model.safetensors"));
        }
    }

    [Fact]
    public void WhatCannotBe_IsRefusedInWords()
    {
        using var folder = new SmallFolder();
        using var teacher = folder.Read();
        var texts = Tokens(teacher);
        Assert.Contains("multiple of 8 below its teacher's 24", Refused(new StudentShape(20, 1)), StringComparison.Ordinal);
        Assert.Contains("multiple of 8 below its teacher's 24", Refused(new StudentShape(-8, 1)), StringComparison.Ordinal);
        Assert.Contains("layers must be 1 to its teacher's 4", Refused(new StudentShape(16, 5)), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Distillation.Teach(teacher, teacher, texts, Options with { Temperature = 0 }, null, CancellationToken.None));
        Assert.Throws<InsufficientDataException>(() => Distillation.Teach(teacher, teacher, [texts[0]], Options, null, CancellationToken.None));
        Directory.CreateDirectory(Path.Combine(folder.FullPath, "adapter"));
        Assert.Contains("has an adapter", Assert.Throws<CheckpointException>(folder.Read).Message, StringComparison.Ordinal);

        string Refused(StudentShape shape) => Assert.Throws<ArgumentException>(() => Distillation.TeachNarrower(teacher, shape, texts, Options, null, CancellationToken.None)).Message;
    }

    [Fact]
    public void Measures_OfTheWholeModel_AreThoseOfItself()
    {
        using var folder = new SmallFolder(SmallFolder.Config with { Head = TextHead.MaskedLanguage });
        using (var model = folder.Read())
        {
            model.Write(folder.Part("small"), ComputePrecision.Int8);
            var speeds = ModelSpeed.Of([folder.FullPath, folder.Part("small")], [.. Tokens(model).Take(20)], null, CancellationToken.None);
            Assert.Equal(4 * model.WeightCount, speeds[0].ResidentBytes);
            Assert.InRange(speeds[1].ResidentBytes, 0.25 * speeds[0].ResidentBytes, 0.8 * speeds[0].ResidentBytes);
            Assert.True(speeds[0].TextsPerSecond > 0 && speeds[1].DiskBytes < speeds[0].DiskBytes);
        }

        var same = ModelQuality.Of(folder.FullPath, folder.FullPath, Texts, [], 1, CancellationToken.None);
        var small = ModelQuality.Of(folder.Part("small"), folder.FullPath, Texts, [], 1, CancellationToken.None);
        Assert.Equal(1, same.Cosine!.Value, 1e-6);
        Assert.InRange(small.Cosine!.Value, 0.95, 0.99999);
        Assert.InRange(small.HiddenTokenLoss!.Value, same.HiddenTokenLoss!.Value - 0.2, same.HiddenTokenLoss.Value + 0.2);
    }

    private static List<int[]> Tokens(TextModel model) => [.. Texts.Select(model.Tokenize)];

    private static double Cosine(SmallFolder folder, TextModel model)
    {
        var part = folder.Part(Guid.NewGuid().ToString("N"));
        model.Write(part);
        return ModelQuality.Of(part, folder.FullPath, SmallFolder.Texts(60, 9), [], 1, CancellationToken.None).Cosine!.Value;
    }
}
