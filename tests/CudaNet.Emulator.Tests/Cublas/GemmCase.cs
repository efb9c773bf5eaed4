using CudaNet.Emulator.Arithmetic;
using CudaNet.Emulator.Tests.Cudnn;

namespace CudaNet.Emulator.Tests.Cublas;

/// <summary>
/// C = 2·op(A)·op(B) + C/2 for a batch of column-major matrices with room between columns and between matrices. All values are small whole numbers, so
/// that every type and every order of summation gives the same result.
/// </summary>
internal sealed class GemmCase
{
    public const int M = 6;
    public const int N = 5;
    public const int K = 9;
    public const int Lda = 11;
    public const int Ldb = 10;
    public const int Ldc = 8;
    public const long StrideA = 120;
    public const long StrideB = 110;
    public const long StrideC = 50;
    public const double Alpha = 2;
    public const double Beta = 0.5;

    public GemmCase(int batch, ElementType input, ElementType output, bool transposeA = false, bool transposeB = true)
    {
        (Batch, IsATransposed, IsBTransposed) = (batch, transposeA, transposeB);
        A = Numbers(1, input, batch * StrideA);
        B = Numbers(2, input, batch * StrideB);
        C = Numbers(3, output, batch * StrideC);
    }

    public int Batch { get; }

    public bool IsATransposed { get; }

    public bool IsBTransposed { get; }

    public HostTensor A { get; }

    public HostTensor B { get; }

    public HostTensor C { get; }

    /// <summary>All of C's memory: what lies between stays as it was.</summary>
    public double[] Expected()
    {
        double[] result = (double[])C.Values.Clone();
        for (int matrix = 0; matrix < Batch; matrix++)
        {
            for (int row = 0; row < M; row++)
            {
                for (int column = 0; column < N; column++)
                {
                    double sum = 0;
                    for (int k = 0; k < K; k++)
                    {
                        double left = A.Values[(matrix * StrideA) + (IsATransposed ? (row * Lda) + k : (k * Lda) + row)];
                        double right = B.Values[(matrix * StrideB) + (IsBTransposed ? (k * Ldb) + column : (column * Ldb) + k)];
                        sum += left * right;
                    }

                    long at = (matrix * StrideC) + (column * Ldc) + row;
                    result[at] = (Alpha * sum) + (Beta * C.Values[at]);
                }
            }
        }

        return result;
    }

    private static HostTensor Numbers(int seed, ElementType type, long count)
    {
        Random random = new(seed);
        return new HostTensor(type, false, [.. Enumerable.Range(0, (int)count).Select(_ => (double)random.Next(-3, 4))], (int)count, 1, 1, 1);
    }
}
