// TorchSharp's Scalar, which every number beside a tensor becomes, is freed by its finalizer though a native call may still read it: nothing keeps it
// alive until the call returns. A collection that another thread sets off within a call frees it too early ("Expected false to be true",
// from toFloat or toDouble). Tests that run one at a time leave nobody to set one off.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
