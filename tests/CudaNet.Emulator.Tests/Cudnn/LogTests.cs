using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using CudaNet.Kernels.Cuda.Native;
using Xunit;

namespace CudaNet.Emulator.Tests.Cudnn;

/// <summary>What cuDNN tells of its calls: the callback, its mask, and what happens without one.</summary>
public sealed unsafe class LogTests
{
    private const uint Errors = 2;
    private const uint Infos = 8;

    [ThreadStatic]
    private static List<(int Severity, int Version, int Status, nint Handle, nint Stream, string[] Lines)>? _told;

    [Theory]
    [InlineData(LibraryProgram.Version9, 0u, 0, 1)]
    [InlineData(LibraryProgram.Version9, Errors, 0, 1)]
    [InlineData(LibraryProgram.Version9, Infos, 1, 1)]
    [InlineData(LibraryProgram.Version8, 0u, 0, 0)]
    [InlineData(LibraryProgram.Version8, 1u, 0, 0)]
    [InlineData(LibraryProgram.Version8, Errors, 0, 1)]
    [InlineData(LibraryProgram.Version8, Infos, 1, 0)]
    public void Errors_reach_the_callback_of_version_9_whatever_its_mask_and_infos_with_their_bit_only(int version, uint mask, int infos, int errors)
    {
        using LibraryProgram program = new(new EmulatorOptions { CudnnVersion = version });
        _told = [];
        Set(program, mask, (nint)(delegate* unmanaged<int, nint, byte*, byte*, void>)&Told);
        _told.Clear();
        Assert.NotEqual(0, (int)program.Cudnn.cudnnSetStream(program.Handle, 0x1234));
        Assert.Equal((infos, errors), (_told.Count(t => t.Severity == 3), _told.Count(t => t.Severity == 1)));
        Assert.All(_told, told =>
        {
            Assert.Equal((version, program.Handle, program.Stream), (told.Version, told.Handle, told.Stream));
            Assert.Contains($"(v{version}", told.Lines[0], StringComparison.Ordinal);
            Assert.Contains("function cudnnSetStream() called", told.Lines[0], StringComparison.Ordinal);
            Assert.Equal(version == LibraryProgram.Version8 ? 3 : 2000, told.Status);
        });
        Assert.All(_told.Where(t => t.Severity == 1), told => Assert.Contains("Error: CUDNN_STATUS_BAD_PARAM; Reason: ", told.Lines[1], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(LibraryProgram.Version9, true)]
    [InlineData(LibraryProgram.Version8, false)]
    public void Without_a_callback_version_9_writes_errors_to_the_error_stream_from_then_on_and_version_8_nothing(int version, bool writes)
    {
        using LibraryProgram program = new(new EmulatorOptions { CudnnVersion = version });
        using StringWriter errors = new();
        program.Machine.CudnnLog.ErrorStream = errors;
        Assert.NotEqual(0, (int)program.Cudnn.cudnnCreateTensorDescriptor(null));
        Assert.Equal(string.Empty, errors.ToString());
        Set(program, 0, 0);
        Assert.NotEqual(0, (int)program.Cudnn.cudnnCreateTensorDescriptor(null));
        Assert.Equal(writes, errors.ToString().Contains("cudnnCreateTensorDescriptor", StringComparison.Ordinal));
    }

    [Fact]
    public void The_callback_is_told_as_it_was_set_and_belongs_to_its_machine()
    {
        using LibraryProgram program = new();
        uint mask = 7;
        nint data = 7, callback = 7;
        var get = (delegate* unmanaged<uint*, nint*, nint*, cudnnStatus_t>)program.Raw("cudnnGetCallback");
        LibraryProgram.Ok(get(&mask, &data, &callback));
        Assert.Equal((0u, 0, 0), (mask, data, callback));
        nint told = (nint)(delegate* unmanaged<int, nint, byte*, byte*, void>)&Told;
        LibraryProgram.Ok(((delegate* unmanaged<uint, nint, nint, cudnnStatus_t>)program.Raw("cudnnSetCallback"))(Infos, 5, told));
        using (LibraryProgram other = new())
        {
            _told = [];
            Assert.NotEqual(0, (int)other.Cudnn.cudnnCreateTensorDescriptor(null));
            Assert.Empty(_told);
        }

        LibraryProgram.Ok(get(&mask, &data, &callback));
        Assert.Equal((Infos, 5, told), (mask, data, callback));
    }

    private static void Set(LibraryProgram program, uint mask, nint callback) =>
        LibraryProgram.Ok(((delegate* unmanaged<uint, nint, nint, cudnnStatus_t>)program.Raw("cudnnSetCallback"))(mask, 0, callback));

    [UnmanagedCallersOnly]
    private static void Told(int severity, nint data, byte* debug, byte* text)
    {
        List<string> lines = [];
        while (*text != 0)
        {
            ReadOnlySpan<byte> line = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text);
            lines.Add(Encoding.UTF8.GetString(line));
            text += line.Length + 1;
        }

        _told?.Add((severity, Unsafe.ReadUnaligned<int>(debug), Unsafe.ReadUnaligned<int>(debug + 4), Unsafe.ReadUnaligned<nint>(debug + 24), Unsafe.ReadUnaligned<nint>(debug + 32), [.. lines]));
    }
}
