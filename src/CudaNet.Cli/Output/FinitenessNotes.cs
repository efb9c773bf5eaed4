using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>Tells where values that are no numbers come from: from the weights, before anything runs, and in the first image whose predictions have some.</summary>
internal sealed class FinitenessNotes
{
    private readonly CliContext _context;
    private readonly List<string> _notes = [];
    private int _images;
    private int _imagesNotFinite;

    public FinitenessNotes(Model model, CliContext context)
    {
        _context = context;
        _notes.AddRange(model.Metadata.Notes);
        IReadOnlyList<ValueFault> faults = Finiteness.FindFaults(model, context.Cancellation);
        if (faults.Count > 0)
        {
            string others = faults.Count > 1 ? $", and so are {Format.Plural(faults.Count - 1, "other tensor")}" : "";
            Say($"the weights are not sound: {faults[0]}{others}; predictions may mean nothing");
        }
    }

    /// <summary>What was said, also when the model was opened, for <c>--json</c>.</summary>
    public IReadOnlyList<string> All => _notes;

    /// <summary>Looks at a batch's logits; runs the first image whose logits are not finite again, to name the layer.</summary>
    public void Look(Session session, IReadOnlyList<string> names, InputBatch batch, Tensor logits)
    {
        for (int i = 0; i < logits.Shape.Batch; i++, _images++)
        {
            if (Finiteness.IndexOf(logits.Image(i).Values) >= 0 && _imagesNotFinite++ == 0)
            {
                Say($"the predictions of {Printable.Quote(names[batch.Start + i])} are not finite{Cause(session, batch.Tensor.Image(i))}");
            }
        }
    }

    /// <summary>Says how many images it was, where it was more than the one that was named.</summary>
    public void Finish()
    {
        if (_imagesNotFinite > 1)
        {
            Say($"the predictions of {_imagesNotFinite} of {Format.Plural(_images, "image")} are not finite");
        }
    }

    private string Cause(Session session, Tensor image)
    {
        try
        {
            return Finiteness.FindFirst(session, image, _context.Cancellation) switch
            {
                null => "",
                { } fault when fault.Name == session.Graph.Input.Name => $": the image itself is not: {fault}",
                { } fault => $": the first layer whose output is not: {fault}",
            };
        }
        catch (CudaNetException)
        {
            // Only the explanation is lost: buffers for every layer may be more than there is.
            return "";
        }
    }

    private void Say(string note)
    {
        _notes.Add(note);
        _context.Note(note);
    }
}
