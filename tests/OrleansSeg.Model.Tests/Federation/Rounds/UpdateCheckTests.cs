using OrleansSeg.Model.Federation;
using OrleansSeg.Model.Federation.Rounds;

namespace OrleansSeg.Model.Tests.Federation.Rounds;

public class UpdateCheckTests
{
    private static readonly TrainerUpdate Sound = new("oslo", [3, 4], 10, 2, [0.5f, 0]);

    private static readonly UpdateCheck Check = new(Length: 2, NormMax: 5) { Controlled = true, ControlNormMax = 1, ExamplesMax = 10 };

    public static TheoryData<TrainerUpdate, UpdateFault, string> Broken => new()
    {
        { Sound with { Delta = [1] }, UpdateFault.WrongLength, "Trainer 'oslo' sent 1 weights of a model of 2." },
        { Sound with { Examples = 0 }, UpdateFault.Examples, "Trainer 'oslo' reports 0 examples; at least 1 is needed." },
        { Sound with { Examples = 11 }, UpdateFault.Examples, "Trainer 'oslo' reports 11 examples; at most 10 are possible." },
        { Sound with { Steps = 0 }, UpdateFault.NoSteps, "Trainer 'oslo' reports 0 steps; at least 1 is needed." },
        { Sound with { Delta = [1, float.NaN] }, UpdateFault.NotFinite, "Trainer 'oslo' sent a change with NaN at 1." },
        { Sound with { Delta = [float.NegativeInfinity, 1] }, UpdateFault.NotFinite, "Trainer 'oslo' sent a change with -Infinity at 0." },
        { Sound with { Delta = [3, 4.01f] }, UpdateFault.NormTooLarge, "Trainer 'oslo' sent a change of norm 5.008; at most 5 is allowed." },
        { Sound with { Delta = [float.MaxValue, float.MaxValue] }, UpdateFault.NormTooLarge, "Trainer 'oslo' sent a change of norm 4.812E+38; at most 5 is allowed." },
        { Sound with { ControlDelta = null }, UpdateFault.NoControl, "Trainer 'oslo' sent no change of its control variate." },
        { Sound with { ControlDelta = [1] }, UpdateFault.WrongLength, "Trainer 'oslo' sent a control variate of 1 numbers for a model of 2." },
        { Sound with { ControlDelta = [1, float.NaN] }, UpdateFault.NotFinite, "Trainer 'oslo' sent a control variate's change with NaN at 1." },
        { Sound with { ControlDelta = [2, 0] }, UpdateFault.NormTooLarge, "Trainer 'oslo' sent a control variate's change of norm 2; at most 1 is allowed." },
    };

    [Fact]
    public void Refuse_SoundUpdateAtEveryBound_LetsItPass() => Assert.Null(Check.Refuse(Sound));

    [Theory, MemberData(nameof(Broken))]
    public void Refuse_BrokenUpdate_SaysWhy(TrainerUpdate update, UpdateFault fault, string reason) =>
        Assert.Equal(new UpdateRefusal("oslo", fault, reason), Check.Refuse(update));

    [Fact]
    public void Refuse_StrategyWithoutControls_LooksAtNone() =>
        Assert.Null(new UpdateCheck(2, 5).Refuse(Sound with { ControlDelta = [float.NaN] }));
}
