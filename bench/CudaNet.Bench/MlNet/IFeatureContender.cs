namespace CudaNet.Bench;

/// <summary>Takes the features of the same images again and again.</summary>
internal interface IFeatureContender
{
    /// <summary>What the tables call it.</summary>
    string Name { get; }

    /// <summary>Takes the features of every image; seconds.</summary>
    double Run();

    /// <summary>Of the last run: one image's values after another's, in the order of the files.</summary>
    float[] Features();
}
