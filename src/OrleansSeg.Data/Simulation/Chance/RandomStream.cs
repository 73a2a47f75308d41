using System.Numerics;

namespace OrleansSeg.Data.Simulation.Chance;

/// <summary>A stream of random numbers that is the same on every machine and in every version of the runtime.</summary>
/// <remarks>
/// Source: xoshiro256**, Blackman and Vigna 2018, arXiv:1805.01407; its state is filled by SplitMix64 over the key's words. Streams of
/// different keys are unrelated, so a customer's stream does not depend on how many customers there are. Not thread-safe.
/// </remarks>
internal sealed class RandomStream
{
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;
    private double _spareNormal = double.NaN;

    /// <summary>Makes the stream that belongs to a key.</summary>
    /// <param name="key">Any words, such as seed, purpose and customer number.</param>
    public RandomStream(params ReadOnlySpan<ulong> key)
    {
        var state = 0x9E37_79B9_7F4A_7C15UL;
        foreach (var word in key)
        {
            state ^= Mix(word + 0x632B_E59B_D9B4_E019UL);
            state = Mix(state);
        }

        (_a, _b, _c, _d) = (Next(ref state), Next(ref state), Next(ref state), Next(ref state));
    }

    /// <summary>A word that stands for a text, the same in every process.</summary>
    public static ulong Word(string text)
    {
        var hash = 14_695_981_039_346_656_037UL;
        foreach (var c in text)
        {
            hash = (hash ^ c) * 1_099_511_628_211UL;
        }

        return hash;
    }

    /// <summary>64 random bits.</summary>
    public ulong NextWord()
    {
        var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        var shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double Uniform() => (NextWord() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [low, high).</summary>
    public double Uniform(double low, double high) => low + ((high - low) * Uniform());

    /// <summary>Uniform in 0 to <paramref name="count"/> - 1.</summary>
    public int Whole(int count) => (int)(((UInt128)NextWord() * (ulong)count) >> 64);

    /// <summary>Uniform in low to high, both inclusive.</summary>
    public int Whole(int low, int high) => low + Whole(high - low + 1);

    /// <summary>True with the given probability.</summary>
    public bool Chance(double probability) => Uniform() < probability;

    /// <summary>One of the choices.</summary>
    public T Pick<T>(IReadOnlyList<T> choices) => choices[Whole(choices.Count)];

    /// <summary>Exponential with the given mean.</summary>
    public double Exponential(double mean) => -mean * PortableMath.Log(1 - Uniform());

    /// <summary>Normal with mean 0 and deviation 1, by Marsaglia's polar method.</summary>
    public double Normal()
    {
        if (!double.IsNaN(_spareNormal))
        {
            var spare = _spareNormal;
            _spareNormal = double.NaN;
            return spare;
        }

        while (true)
        {
            double x = Uniform(-1, 1), y = Uniform(-1, 1), radius = (x * x) + (y * y);
            if (radius is > 0 and < 1)
            {
                var scale = Math.Sqrt(-2 * PortableMath.Log(radius) / radius);
                _spareNormal = y * scale;
                return x * scale;
            }
        }
    }

    /// <summary>Log-normal with the given median and deviation of the logarithm.</summary>
    public double LogNormal(double median, double deviation) => median * PortableMath.Exp(deviation * Normal());

    /// <summary>Gamma with the given shape and mean. Source: Marsaglia and Tsang 2000, A Simple Method for Generating Gamma Variables.</summary>
    public double Gamma(double shape, double mean)
    {
        if (shape < 1)
        {
            // Boosting: a gamma of shape a is one of shape a + 1 times a uniform to the power of 1 / a.
            return Gamma(shape + 1, mean * (shape + 1) / shape) * PortableMath.Pow(1 - Uniform(), 1 / shape);
        }

        var d = shape - (1.0 / 3);
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = Normal();
            var v = 1 + (c * x);
            if (v <= 0)
            {
                continue;
            }

            v = v * v * v;
            if (PortableMath.Log(1 - Uniform()) < (0.5 * x * x) + (d * (1 - v + PortableMath.Log(v))))
            {
                return d * v * mean / shape;
            }
        }
    }

    /// <summary>Position of a choice, each as likely as its weight says.</summary>
    public int Weighted(ReadOnlySpan<double> weights)
    {
        double total = 0;
        foreach (var weight in weights)
        {
            total += weight;
        }

        var left = Uniform() * total;
        for (var i = 0; i < weights.Length - 1; i++)
        {
            left -= weights[i];
            if (left < 0)
            {
                return i;
            }
        }

        return weights.Length - 1;
    }

    private static ulong Next(ref ulong state) => Mix(state += 0x9E37_79B9_7F4A_7C15UL);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EBUL;
        return z ^ (z >> 31);
    }
}
