using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Text.Transformer;

namespace OrleansSeg.Model.Tests.Text.Checkpoints;

/// <summary>BERT written out in double precision, one number at a time, from the papers: nothing of it is shared with what it checks.</summary>
/// <param name="config">The shape.</param>
/// <param name="weights">Its weights under published names.</param>
/// <param name="prefix">What stands before the encoder's names.</param>
internal sealed class ReferenceBert(BertFamilyConfig config, IReadOnlyDictionary<string, StoredTensor> weights, string prefix)
{
    private bool Distil => config.Family == BertFamily.DistilBert;

    /// <summary>[T][H] states of a text's tokens; of padding too, which real tokens do not see.</summary>
    public double[][] States(int[] ids, int[] types, int real)
    {
        var states = new double[ids.Length][];
        var counted = 0;
        for (var t = 0; t < ids.Length; t++)
        {
            counted += config.Family == BertFamily.Roberta && ids[t] != config.PaddingId ? 1 : 0;
            var position = config.Family != BertFamily.Roberta ? t : ids[t] == config.PaddingId ? config.PaddingId : config.PaddingId + counted;
            var sum = Add(Row("embeddings.word_embeddings.weight", ids[t]), Row("embeddings.position_embeddings.weight", position));
            states[t] = Norm(Distil ? sum : Add(sum, Row("embeddings.token_type_embeddings.weight", types[t])), prefix + "embeddings.LayerNorm");
        }

        for (var n = 0; n < config.Layers; n++)
        {
            states = Layer(states, $"{prefix}{(Distil ? "transformer" : "encoder")}.layer.{n}.", real);
        }

        return states;
    }

    /// <summary>Label logits of a text.</summary>
    public double[] SequenceLogits(double[][] states) => config.Family switch
    {
        BertFamily.Bert => Product(Product(states[0], prefix + "pooler.dense").Select(Math.Tanh), "classifier"),
        BertFamily.Roberta => Product(Product(states[0], "classifier.dense").Select(Math.Tanh), "classifier.out_proj"),
        _ => Product(Product(states[0], "pre_classifier").Select(value => Math.Max(value, 0)), "classifier"),
    };

    /// <summary>Label logits of one token.</summary>
    public double[] TokenLogits(double[] state) => Product(state, "classifier");

    /// <summary>Logits of every token at one place.</summary>
    public double[] MaskedLogits(double[] state)
    {
        var (dense, norm, bias) = config.Family switch
        {
            BertFamily.Bert => ("cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm", "cls.predictions.bias"),
            BertFamily.Roberta => ("lm_head.dense", "lm_head.layer_norm", "lm_head.bias"),
            _ => ("vocab_transform", "vocab_layer_norm", "vocab_projector.bias"),
        };
        var shaped = Norm([.. Product(state, dense).Select(Curve)], norm);
        return [.. Enumerable.Range(0, config.VocabularySize).Select(v => Dot(shaped, Row("embeddings.word_embeddings.weight", v)) + weights[bias].Values[v])];
    }

    private double[][] Layer(double[][] states, string at, int real)
    {
        string[] names = Distil
            ? ["attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin", "sa_layer_norm", "ffn.lin1", "ffn.lin2", "output_layer_norm"]
            :
            [
                "attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense", "attention.output.LayerNorm",
                "intermediate.dense", "output.dense", "output.LayerNorm",
            ];
        var (queries, keys, values) = (All(states, at + names[0]), All(states, at + names[1]), All(states, at + names[2]));
        return [.. states.Select((state, t) =>
        {
            var attended = Norm(Add(state, Product(Attend(queries[t], keys, values, real), at + names[3])), at + names[4]);
            var between = Product(attended, at + names[5]).Select(Curve);
            return Norm(Add(attended, Product(between, at + names[6])), at + names[7]);
        })];
    }

    private double[] Attend(double[] query, double[][] keys, double[][] values, int real)
    {
        var width = config.Hidden / config.Heads;
        var result = new double[config.Hidden];
        for (var head = 0; head < config.Heads; head++)
        {
            var from = head * width;
            var scores = Enumerable.Range(0, real).Select(u => Math.Exp(Dot(query[from..(from + width)], keys[u][from..(from + width)]) / Math.Sqrt(width))).ToArray();
            for (var i = 0; i < width; i++)
            {
                result[from + i] = Enumerable.Range(0, real).Sum(u => scores[u] * values[u][from + i]) / scores.Sum();
            }
        }

        return result;
    }

    private double Curve(double x) => config.Activation switch
    {
        Activation.Relu => Math.Max(x, 0),
        Activation.GeluTanh => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))),
        _ => 0.5 * x * (1 + Erf(x / Math.Sqrt(2))),
    };

    // The series converges everywhere; at the few units that occur here, sixty terms leave nothing of a double.
    private static double Erf(double x)
    {
        var (term, sum) = (x, x);
        for (var n = 1; n < 120; n++)
        {
            term *= -x * x / n;
            sum += term / ((2 * n) + 1);
        }

        return 2 / Math.Sqrt(Math.PI) * sum;
    }

    private double[][] All(double[][] states, string name) => [.. states.Select(state => Product(state, name))];

    private double[] Product(IEnumerable<double> value, string name)
    {
        var (matrix, bias, input) = (weights[name + ".weight"], weights[name + ".bias"].Values, value.ToArray());
        return [.. bias.Select((b, row) => b + input.Select((x, i) => x * matrix.Values[(row * input.Length) + i]).Sum())];
    }

    private double[] Norm(double[] value, string name)
    {
        var mean = value.Average();
        var deviation = Math.Sqrt(value.Average(x => (x - mean) * (x - mean)) + config.NormEpsilon);
        return [.. value.Select((x, i) => ((x - mean) / deviation * weights[name + ".weight"].Values[i]) + weights[name + ".bias"].Values[i])];
    }

    private double[] Row(string table, int row) =>
        [.. weights[prefix + table].Values.Skip(row * config.Hidden).Take(config.Hidden).Select(value => (double)value)];

    private static double[] Add(double[] one, double[] other) => [.. one.Zip(other, (a, b) => a + b)];

    private static double Dot(double[] one, double[] other) => one.Zip(other, (a, b) => a * b).Sum();
}
