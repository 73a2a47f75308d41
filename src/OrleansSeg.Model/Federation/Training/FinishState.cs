using OrleansSeg.Model.Evaluation;
using OrleansSeg.Model.Inference;

namespace OrleansSeg.Model.Federation.Training;

/// <summary>Makes served probabilities and decisions of raw weights, by questions whose answers sum over trainers; plain data, to be stored between questions.</summary>
/// <remarks>
/// First Newton steps on the recalibrations (the same objective as <see cref="Recalibration.Fit"/>, which descends coordinate by coordinate),
/// then a search for decision weights over the grid of <see cref="DecisionWeights"/>: each question tries every change of one weight, and
/// all the best changes at once. At most 16 questions in all, usually about 10.
/// </remarks>
public sealed record FinishState
{
    private const int CalibrationQuestionsMax = 10;
    private const int DecisionQuestionsMax = 6;

    /// <summary>Questions answered so far.</summary>
    public int Answered { get; init; }

    /// <summary>What to ask next; when <see cref="Done"/>, what it ended with.</summary>
    public required FinishQuestion Question { get; init; }

    /// <summary>The best recalibrations that were measured so far.</summary>
    public FinishQuestion? Measured { get; init; }

    /// <summary>Their objectives; zeros before there are any.</summary>
    public double[] Objectives { get; init; } = [0, 0];

    /// <summary>Corrects the expected spend.</summary>
    public double SpendFactor { get; init; } = 1;

    /// <summary>(S) the decision weights so far.</summary>
    public required double[] Weights { get; init; }

    /// <summary>Their macro-F1 on validation; negative before it was measured.</summary>
    public double MacroF1 { get; init; } = -1;

    /// <summary>Questions about decisions that were answered; 0 while calibrating.</summary>
    public int Decided { get; init; }

    /// <summary>Whether nothing is left to ask.</summary>
    public bool Done { get; init; }

    /// <summary>The calibration, once done.</summary>
    public Calibration Calibration => new(Question.Segments, Question.Churn, SpendFactor);

    /// <summary>Before the first question.</summary>
    /// <param name="labels">Segments (S).</param>
    public static FinishState Start(int labels) => new()
    {
        Question = new FinishQuestion(new Recalibration(1, [.. new double[labels]]), new Recalibration(1, [0, 0]), []),
        Weights = [.. Enumerable.Repeat(1.0, labels)],
    };

    /// <summary>After all trainers' answers to <see cref="Question"/>, merged.</summary>
    public FinishState Next(FinishSums sums)
    {
        ArgumentNullException.ThrowIfNull(sums);
        var next = this with { Answered = Answered + 1 };
        return Done ? throw new InvalidOperationException("Nothing was asked any more. This is a bug.")
            : Question.Candidates.Length == 0 ? next.Calibrate(sums) : next.Decide(sums);
    }

    private FinishState Calibrate(FinishSums sums)
    {
        var factor = sums.ExpectedSpend > 0 && sums.TrueSpend > 0 ? sums.TrueSpend / sums.ExpectedSpend : 1;
        var (segments, goodSegments, segmentGoal) = Improve(sums.Segments, Question.Segments, Measured?.Segments, Objectives[0]);
        var (churn, goodChurn, churnGoal) = Improve(sums.Churn, Question.Churn, Measured?.Churn, Objectives[1]);
        var moved = Math.Max(Distance(segments, Question.Segments), Distance(churn, Question.Churn));
        var next = this with
        {
            Question = new FinishQuestion(segments, churn, []),
            Measured = new FinishQuestion(goodSegments, goodChurn, []),
            Objectives = [segmentGoal, churnGoal],
            SpendFactor = factor,
        };
        return moved < 1e-4 || Answered >= CalibrationQuestionsMax
            ? next with { Question = next.Question with { Candidates = [.. Moves(Weights)] }, Measured = null }
            : next;
    }

    private FinishState Decide(FinishSums sums)
    {
        var scores = Array.ConvertAll(sums.Confusions, MacroF1Of);
        var best = Array.IndexOf(scores, scores.Max());
        var better = scores[best] > MacroF1 + 1e-6;
        var weights = better ? Question.Candidates[best] : Weights;
        var next = this with { Weights = weights, MacroF1 = Math.Max(MacroF1, scores[best]), Decided = Decided + 1 };
        return best != 0 && better && next.Decided < DecisionQuestionsMax
            ? next with { Question = Question with { Candidates = [.. Moves(weights), Together(scores)] } }
            : next with { Done = true, Question = Question with { Candidates = [] } };
    }

    // The weights as they are, then every change of one of them.
    private static IEnumerable<double[]> Moves(double[] weights) => Enumerable.Range(0, weights.Length)
        .SelectMany(label => DecisionWeights.Factors.Select(factor => (label, factor)))
        .Where(move => move.factor != 1)
        .Select(move => weights.Select((weight, label) => label == move.label ? weight * move.factor : weight).ToArray())
        .Prepend(weights);

    // For every label the best of its own changes, all at once.
    private double[] Together(double[] scores) => [.. Weights.Select((weight, label) => Question.Candidates
        .Zip(scores)
        .Where(tried => tried.First.Where((other, at) => at != label && other != Weights[at]).Any() is false)
        .MaxBy(tried => tried.Second).First[label])];

    // A step that made it worse is halved; each is measured by the next question.
    private static (Recalibration Next, Recalibration Best, double Objective) Improve(
        RecalibrationSums sums, Recalibration asked, Recalibration? before, double objectiveBefore)
    {
        var objective = sums.Objective(asked);
        return before is not null && objective > objectiveBefore + 1e-9
            ? (Between(before, asked), before, objectiveBefore)
            : (sums.Step(asked), asked, objective);
    }

    private static Recalibration Between(Recalibration one, Recalibration other) => new(
        2 / ((1 / one.Temperature) + (1 / other.Temperature)), [.. one.Biases.Zip(other.Biases, (x, y) => (x + y) / 2)]);

    private static double Distance(Recalibration one, Recalibration other) =>
        one.Biases.Zip(other.Biases, (x, y) => Math.Abs(x - y)).Append(Math.Abs((1 / one.Temperature) - (1 / other.Temperature))).Max();

    private static double MacroF1Of(long[] confusion)
    {
        var labels = (int)Math.Sqrt(confusion.Length);
        var cells = Enumerable.Range(0, confusion.Length).ToArray();
        return new ConfusionMatrix(
            labels,
            Array.ConvertAll(cells, cell => cell / labels),
            Array.ConvertAll(cells, cell => cell % labels),
            Array.ConvertAll(confusion, count => checked((int)count))).MacroF1;
    }
}
