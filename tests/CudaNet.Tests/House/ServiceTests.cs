using System.Text;
using CudaNet.Data;
using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.House;

/// <summary>The service of <c>docs/embedding.md</c>, as its clients meet it.</summary>
public sealed class ServiceTests
{
    private static readonly string ModelPath = Repository.File("models/resnet18-leaf.safetensors");

    [Fact]
    public void The_page_shows_the_code_that_runs() => DocumentExample.AssertSame("docs/embedding.md", "ServiceExample.cs");

    [Fact]
    public async Task Many_requests_at_once_get_their_own_layers_of_their_own_image()
    {
        using LeafService service = new(ModelPath);
        using Model model = ModelFile.Open(ModelPath);
        using Session alone = new(model, new CpuBackend());
        string[] images = [.. ((string[])["chelsea.jpg", "coffee.jpg", "rocket.jpg"]).Select(f => Repository.File($"samples/{f}"))];
        string[][] layers = [["global_pool"], ["layer1.1.act2", "layer4"], []];
        await Parallel.ForAsync(0, 24, TestContext.Current.CancellationToken, async (request, cancellation) =>
        {
            string image = images[request % images.Length];
            string[] asked = layers[request / images.Length % layers.Length];
            await using FileStream upload = File.OpenRead(image);
            (string label, IReadOnlyDictionary<string, Tensor> values) = await service.AskAsync(upload, asked, cancellation);
            LayerOutputs expected = alone.Extract(new Preprocessor(model.Metadata.Preprocessing!).Load(image), asked, cancellation);
            Assert.Equal(model.Metadata.Labels[Classification.Top(expected.Output.Values, 1)[0].Index], label);
            Assert.Equal(asked, values.Keys);
            Assert.All(asked, l => Bits.AssertSame(expected[l].Values, values[l].Values, $"{l} of {image}"));
        });
    }

    [Fact]
    public async Task A_bad_request_is_told_what_is_wrong_and_harms_nobody()
    {
        using LeafService service = new(ModelPath);
        using MemoryStream text = new(Encoding.UTF8.GetBytes("this is no image"));
        CudaNetException noImage = await Assert.ThrowsAnyAsync<CudaNetException>(() => service.AskAsync(text, [], CancellationToken.None));
        Assert.Equal("upload", noImage.File);
        await using FileStream upload = File.OpenRead(Repository.File("samples/chelsea.jpg"));
        LayerNotFoundException noLayer = await Assert.ThrowsAsync<LayerNotFoundException>(() => service.AskAsync(upload, ["layer1.1.act3"], CancellationToken.None));
        Assert.Contains("layer1.1.act", noLayer.Hint, StringComparison.Ordinal);
        upload.Position = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => service.AskAsync(upload, [], new CancellationToken(canceled: true)));
        upload.Position = 0;
        Assert.NotEmpty((await service.AskAsync(upload, [], CancellationToken.None)).Label);
    }

    [Fact]
    public async Task After_the_end_nobody_is_served()
    {
        LeafService service = new(ModelPath);
        service.Dispose();
        await using FileStream upload = File.OpenRead(Repository.File("samples/chelsea.jpg"));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => service.AskAsync(upload, [], CancellationToken.None));
    }
}
