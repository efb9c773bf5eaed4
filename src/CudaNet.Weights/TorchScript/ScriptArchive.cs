using System.Text;

namespace CudaNet.Weights;

/// <summary>The code of a TorchScript archive, read as it is needed, within a limit on all of it.</summary>
/// <param name="archive">The archive.</param>
/// <param name="folder">Its folder, with the slash at its end.</param>
internal sealed class ScriptArchive(ZipArchiveBytes archive, string folder)
{
    /// <summary>A traced ResNet-152 has half a million.</summary>
    private const long MaxBytes = 4 << 20;

    private readonly Dictionary<string, ScriptFile?> _files = new(StringComparer.Ordinal);
    private long _left = MaxBytes;

    /// <summary>A method of a class, or a function; null where the archive has none of that name.</summary>
    /// <param name="scope">The class (<c>__torch__.models.Net</c>), or the module of the function (<c>__torch__.torch.nn.functional</c>).</param>
    /// <param name="name">The method's name, or the function's.</param>
    /// <exception cref="ScriptException">It is beyond what is understood.</exception>
    public ScriptFunction? Find(string scope, string name)
    {
        int dot = scope.LastIndexOf('.');
        string type = scope[(dot + 1)..];
        return dot > 0 && Open(scope[..dot]) is { } file && file.Types.Contains(type) ? file.Find($"{type}.{name}") : Open(scope)?.Find(name);
    }

    /// <summary>True where the archive has the code of a class.</summary>
    public bool HasClass(string type) => type.LastIndexOf('.') is > 0 and int dot && Open(type[..dot])?.Types.Contains(type[(dot + 1)..]) == true;

    private ScriptFile? Open(string module)
    {
        if (!_files.TryGetValue(module, out ScriptFile? file))
        {
            ByteRegion? entry = archive.Find($"{folder}code/{module.Replace('.', '/')}.py");
            _left -= entry?.Length ?? 0;
            if (_left < 0)
            {
                throw new ScriptException($"more than {MaxBytes} bytes of code", 0);
            }

            _files[module] = file = entry is { } code ? new ScriptFile(Encoding.UTF8.GetString(code.Span(0, (int)code.Length))) : null;
        }

        return file;
    }
}
