using System.Numerics;
using Xunit;

namespace CudaNet.Emulator.Tests.Ptx.Execution;

/// <summary>What lanes do together, on random values, clamps and sets of lanes.</summary>
public sealed class WarpForms
{
    /// <summary>Runs a warp whose lanes in <paramref name="members"/> execute the body with %a, %b, %c loaded and %m the set; gives %z of those.</summary>
    private static ulong[] Run(string body, uint members, uint[] a, uint[] b, uint[] c)
    {
        using TestMemory memory = new();
        ulong output = memory.Upload<ulong>(new ulong[32]);
        string text = Interpreter.Kernel(
            4,
            ".reg .b32 %z, %a, %b, %c, %m;\nmov.u32 %r0, %laneid; mul.wide.u32 %d0, %r0, 4; shl.b64 %d9, %d0, 1;\n"
            + string.Concat("abc".Select((name, at) => $"ld.param.u64 %d1, [p{at + 1}]; add.s64 %d1, %d1, %d0; ld.global.b32 %{name}, [%d1];\n"))
            + $"mov.b32 %m, {members}; shr.u32 %r2, %m, %r0; and.b32 %r2, %r2, 1; setp.eq.u32 %p0, %r2, 0; @%p0 bra END;\n{body}\n"
            + "ld.param.u64 %d1, [p0]; add.s64 %d1, %d1, %d9; st.global.u32 [%d1], %z;\nEND: ret;",
            "",
            100,
            "8.8");
        Interpreter.Run(memory, text, 1, 32, [output, memory.Upload<uint>(a), memory.Upload<uint>(b), memory.Upload<uint>(c)]);
        return memory.Download<ulong>(output, 32);
    }

    private static void Check(string body, Func<uint, uint[], uint[], uint[], int, uint> expected, Func<Random, uint>? control = null, bool wholeWarp = false)
    {
        Random random = new(body.Length);
        for (int trial = 0; trial < 24; trial++)
        {
            uint members = wholeWarp || trial == 0 ? uint.MaxValue : (uint)random.NextInt64(1, uint.MaxValue);
            uint[] a = [.. Enumerable.Range(0, 32).Select(_ => trial % 3 == 0 ? (uint)random.Next(3) : trial % 3 == 1 ? 7u : (uint)random.NextInt64())];
            uint[] b = [.. Enumerable.Range(0, 32).Select(_ => (uint)random.NextInt64() >> random.Next(32))];
            uint control1 = control?.Invoke(random) ?? 0;
            uint[] c = [.. Enumerable.Repeat(control1, 32)];
            ulong[] actual = Run(body, members, a, b, c);
            for (int lane = 0; lane < 32; lane++)
            {
                uint wanted = ((members >> lane) & 1) != 0 ? expected(members, a, b, c, lane) : 0;
                Assert.True(wanted == actual[lane], $"{body} lanes 0x{members:x8}, lane {lane}, c 0x{control1:x}: expected 0x{wanted:x}, got 0x{actual[lane]:x}");
            }
        }
    }

    private static IEnumerable<int> Lanes(uint members) => Enumerable.Range(0, 32).Where(lane => ((members >> lane) & 1) != 0);

    private static uint Set(uint members, Func<int, bool> holds) => Lanes(members).Where(holds).Aggregate(0u, (set, lane) => set | (1u << lane));

    [Fact]
    public void Votes_ask_the_lanes_of_their_set()
    {
        const string Odd = "and.b32 %r5, %a, 1; setp.ne.b32 %p5, %r5, 0; ";
        Check(Odd + "vote.sync.ballot.b32 %z, %p5, %m;", (m, a, _, _, _) => Set(m, lane => (a[lane] & 1) != 0));
        Check(Odd + "vote.sync.ballot.b32 %z, !%p5, %m;", (m, a, _, _, _) => Set(m, lane => (a[lane] & 1) == 0));
        Check(Odd + "vote.sync.all.pred %p6, %p5, %m; selp.b32 %z, 1, 0, %p6;", (m, a, _, _, _) => Lanes(m).All(lane => (a[lane] & 1) != 0) ? 1u : 0);
        Check(Odd + "vote.sync.any.pred %p6, !%p5, %m; selp.b32 %z, 1, 0, %p6;", (m, a, _, _, _) => Lanes(m).Any(lane => (a[lane] & 1) == 0) ? 1u : 0);
        Check(Odd + "vote.sync.uni.pred %p6, %p5, %m; selp.b32 %z, 1, 0, %p6;", (m, a, _, _, _) => Lanes(m).Select(lane => a[lane] & 1).Distinct().Count() == 1 ? 1u : 0);
    }

    [Fact]
    public void Matches_find_equal_values()
    {
        Check("match.any.sync.b32 %z, %a, %m;", (m, a, _, _, at) => Set(m, lane => a[lane] == a[at]));
        Check("mov.b64 %d5, {%b, %a}; and.b64 %d5, %d5, 0xFFFFFFFF00000000; match.any.sync.b64 %z, %d5, %m;", (m, a, _, _, at) => Set(m, lane => a[lane] == a[at]));
        Check("match.all.sync.b32 %z, %a, %m;", (m, a, _, _, _) => Lanes(m).Select(lane => a[lane]).Distinct().Count() == 1 ? m : 0);
        Check(
            "mov.b64 %d5, {%a, %a}; match.all.sync.b64 %r5|%p5, %d5, %m; selp.b32 %z, 1, 0, %p5;",
            (m, a, _, _, _) => Lanes(m).Select(lane => a[lane]).Distinct().Count() == 1 ? 1u : 0);
    }

    [Theory]
    [InlineData("add.u32")]
    [InlineData("add.s32")]
    [InlineData("min.u32")]
    [InlineData("min.s32")]
    [InlineData("max.u32")]
    [InlineData("max.s32")]
    [InlineData("and.b32")]
    [InlineData("or.b32")]
    [InlineData("xor.b32")]
    public void Values_of_a_set_are_reduced(string operation) => Check($"redux.sync.{operation} %z, %b, %m;", (m, _, b, _, _) =>
    {
        uint[] values = [.. Lanes(m).Select(lane => b[lane])];
        return operation switch
        {
            "add.u32" or "add.s32" => values.Aggregate((x, y) => unchecked(x + y)),
            "min.u32" => values.Min(),
            "max.u32" => values.Max(),
            "min.s32" => (uint)values.Select(x => (int)x).Min(),
            "max.s32" => (uint)values.Select(x => (int)x).Max(),
            "and.b32" => values.Aggregate((x, y) => x & y),
            "or.b32" => values.Aggregate((x, y) => x | y),
            _ => values.Aggregate((x, y) => x ^ y),
        };
    });

    [Fact]
    public void One_lane_of_a_set_is_elected()
    {
        Check("elect.sync %z|%p5, %m;", (m, _, _, _, _) => (uint)BitOperations.TrailingZeroCount(m));
        Check("elect.sync _|%p5, %m; selp.b32 %z, 1, 0, %p5;", (m, _, _, _, lane) => lane == BitOperations.TrailingZeroCount(m) ? 1u : 0);
        Check("activemask.b32 %z;", (m, _, _, _, _) => m);
    }

    [Theory]
    [InlineData("up")]
    [InlineData("down")]
    [InlineData("bfly")]
    [InlineData("idx")]
    public void Shuffles_take_their_source_from_the_clamp_and_the_segments(string mode)
    {
        static (int Source, bool InRange) Source(string mode, int lane, uint b, uint c)
        {
            int segments = (int)(c >> 8) & 31;
            int distance = (int)b & 31;
            int limit = (lane & segments) | ((int)c & 31 & ~segments);
            int source = mode switch
            {
                "up" => lane - distance,
                "down" => lane + distance,
                "bfly" => lane ^ distance,
                _ => (lane & segments) | (distance & ~segments),
            };
            bool inRange = mode == "up" ? source >= limit : source <= limit;
            return inRange ? (source, true) : (lane, false);
        }

        static uint Control(Random random) => ((uint)random.Next(32) << 8) | (uint)random.Next(32);
        Check($"shfl.sync.{mode}.b32 %z, %a, %b, %c, %m;", (_, a, b, c, lane) => a[Source(mode, lane, b[lane], c[lane]).Source], Control, true);
        Check(
            $"shfl.sync.{mode}.b32 %r5|%p5, %a, %b, %c, %m; selp.b32 %z, 1, 0, %p5;", (_, _, b, c, lane) => Source(mode, lane, b[lane], c[lane]).InRange ? 1u : 0,
            Control, true);
    }
}
