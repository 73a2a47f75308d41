using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Native;

/// <summary>Tensors and plain numbers together, so that a number lives until the native call that reads it has returned.</summary>
/// <remarks>
/// TorchSharp makes an object of each number beside a tensor and hands its address on; nothing keeps the object alive from then on, and its
/// finalizer frees what the call still reads, when a collection that another thread sets off comes just then ("Expected false to be true", from
/// toFloat or toDouble). Even the sum of two tensors makes such a number. Here it is kept, or disposed after the call, which leaves the finalizer
/// nothing. Operators that make numbers, and TorchSharp's optimizers, are not used in this project; a test reads its code for them.
/// </remarks>
internal static class TensorNumbers
{
    // Sums have a factor for what is added, which is a number too.
    private static readonly Scalar Once = 1L.ToScalar();

    /// <summary>The sum of two tensors: what the operator gives.</summary>
    public static Tensor Plus(this Tensor values, Tensor others) => values.add(others, Once);

    /// <summary>Adds a tensor, in place.</summary>
    public static Tensor AddInPlace(this Tensor values, Tensor others) => values.add_(others, Once);

    /// <summary>Adds a number to each value, in place.</summary>
    public static Tensor AddInPlace(this Tensor values, Scalar number) => values.add_(number, Once);

    /// <summary>The square of each value.</summary>
    public static Tensor Squared(this Tensor values) => values.mul(values);

    /// <summary>The whole numbers from 0.</summary>
    /// <param name="count">How many.</param>
    /// <param name="device">Where the tensor will live; null for the CPU.</param>
    public static Tensor CountUp(long count, Device? device = null)
    {
        using Scalar from = 0L.ToScalar(), to = count.ToScalar();
        return arange(from, to, Once, dtype: int64, device: device);
    }

    /// <summary>Each value times a number.</summary>
    public static Tensor Times(this Tensor values, double number)
    {
        using var scalar = number.ToScalar();
        return values.mul(scalar);
    }

    /// <summary>Each value over a number.</summary>
    public static Tensor Over(this Tensor values, double number)
    {
        using var scalar = number.ToScalar();
        return values.div(scalar);
    }

    /// <summary>Each whole value plus a number.</summary>
    public static Tensor Plus(this Tensor values, long number)
    {
        using var scalar = number.ToScalar();
        return values.add(scalar, Once);
    }

    /// <summary>Multiplies each value by a number, in place.</summary>
    public static Tensor TimesInPlace(this Tensor values, double number)
    {
        using var scalar = number.ToScalar();
        return values.mul_(scalar);
    }

    /// <summary>Sets all values to a number.</summary>
    public static Tensor SetTo(this Tensor values, double number)
    {
        using var scalar = number.ToScalar();
        return values.fill_(scalar);
    }

    /// <summary>The values, and a number where the mask is set.</summary>
    public static Tensor Masked(this Tensor values, Tensor mask, double number)
    {
        using var scalar = number.ToScalar();
        return values.masked_fill(mask, scalar);
    }

    /// <summary>The values, or a number where that is larger.</summary>
    public static Tensor AtLeast(this Tensor values, long number)
    {
        using var scalar = number.ToScalar();
        return values.clamp(min: scalar);
    }

    /// <summary>The values, or a number where that is larger.</summary>
    public static Tensor AtLeast(this Tensor values, double number)
    {
        using var scalar = number.ToScalar();
        return values.clamp(min: scalar);
    }

    /// <summary>Whether each value is a whole number.</summary>
    public static Tensor Is(this Tensor values, long number)
    {
        using var scalar = number.ToScalar();
        return values.eq(scalar);
    }

    /// <summary>Whether each value differs from a whole number.</summary>
    public static Tensor Differs(this Tensor values, long number)
    {
        using var scalar = number.ToScalar();
        return values.ne(scalar);
    }
}
