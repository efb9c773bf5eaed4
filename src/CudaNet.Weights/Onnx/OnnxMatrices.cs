using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Imports products with matrices.</summary>
internal static class OnnxMatrices
{
    public static OnnxValue Gemm(OnnxCall call)
    {
        OnnxActivation value = Features(call);
        call.Require("transA", 0);
        OnnxConstant weight = Matrix(call, call.Integer("transB", 0) != 0);
        int outputs = weight.Shape[0];
        double alpha = call.Single("alpha", 1), beta = call.Single("beta", 1);
        weight = Scaled(call, weight, alpha);
        if (call.Optional(2) is not { } constant || beta == 0)
        {
            return call.Layer(new Linear(weight.Shape[1], outputs, Bias: false), 2, [value.Layer], ("weight", weight));
        }

        OnnxConstant bias = constant.Count == outputs && constant.Shape.Rank > 0 && constant.Shape[constant.Shape.Rank - 1] == outputs ? Scaled(call, constant.Reshape(new TensorShape(outputs), call.Budget), beta)
            : constant.Count == 1 ? OnnxConstant.Of(call.File, WeightType.Float32, new TensorShape(outputs), [.. Enumerable.Repeat(constant.Numbers()[0] * beta, outputs)])
            : throw new OnnxProblem($"it adds a constant of shape {constant.Shape}, supported is one number an output ({outputs})");
        return call.Layer(new Linear(weight.Shape[1], outputs), 2, [value.Layer], ("weight", weight), ("bias", bias));
    }

    public static OnnxValue MatMul(OnnxCall call)
    {
        OnnxActivation value = Features(call);
        OnnxConstant weight = Matrix(call, isTransposed: false);
        return call.Layer(new Linear(weight.Shape[1], weight.Shape[0], Bias: false), 2, [value.Layer], ("weight", weight));
    }

    private static OnnxActivation Features(OnnxCall call)
    {
        OnnxActivation value = call.Activation(0, 2);
        return value.Layer.Sample.Rank == 2 ? value : throw new OnnxProblem("it reads images, supported is N×C");
    }

    /// <summary>The constant as out×in, as <see cref="Linear"/> has it: a view.</summary>
    private static OnnxConstant Matrix(OnnxCall call, bool isTransposed)
    {
        OnnxConstant weight = call.Constant(1);
        return weight.Shape.Rank != 2 || weight.Count == 0 ? throw new OnnxProblem($"it multiplies by a constant of shape {weight.Shape}, supported is a matrix")
            : isTransposed ? weight
            : weight.Transpose([1, 0]);
    }

    private static OnnxConstant Scaled(OnnxCall call, OnnxConstant constant, double factor)
    {
        if (factor == 1)
        {
            return constant;
        }

        call.Budget.Take(constant.Count * sizeof(double), "a scaled weight");
        double[] numbers = constant.Numbers();
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] *= factor;
        }

        return OnnxConstant.Of(call.File, WeightType.Float32, constant.Shape, numbers);
    }
}
