"""What the reward language allows by name, and what to write instead of what it does not."""

from __future__ import annotations

from types import MappingProxyType

REWARD = "compute_reward"


def _words(text: str) -> frozenset[str]:
    """Names that are written with spaces between them."""
    return frozenset(text.split())


MODULES = MappingProxyType({"numpy": "np", "numpy.linalg": "np.linalg", "math": "math"})
"""What may be imported, and the path by which the checker knows it."""
ANNOTATION_MODULES = frozenset(
    {"typing", "typing_extensions", "collections.abc", "numpy.typing", "__future__"}
)
"""Imports that only annotations use; they are dropped together with the annotations."""

_ELEMENTWISE = _words("""
abs absolute acos acosh add angle arccos arccosh arcsin arcsinh arctan arctan2 arctanh asin asinh
atan atan2 atanh bitwise_and bitwise_not bitwise_or bitwise_xor cbrt ceil clip conj copysign cos
cosh deg2rad degrees divide divmod equal exp exp2 expm1 fabs fix float_power floor floor_divide
fmax fmin fmod greater greater_equal heaviside hypot imag interp invert isclose isfinite isinf
isnan isneginf isposinf isreal less less_equal log log10 log1p log2 logaddexp logaddexp2
logical_and logical_not logical_or logical_xor maximum minimum mod modf multiply nan_to_num
negative not_equal positive pow power rad2deg radians real reciprocal remainder rint round around
sign signbit sin sinc sinh sqrt square subtract tan tanh true_divide trunc unwrap
""")
_REDUCTIONS = _words("""
all allclose amax amin any argmax argmin array_equal average bincount corrcoef count_nonzero cov
cumprod cumsum diff ediff1d gradient histogram max mean median min nanargmax nanargmin nancumsum
nanmax nanmean nanmedian nanmin nanpercentile nanprod nanquantile nanstd nansum nanvar percentile
prod ptp quantile std sum trapezoid var
""")
_ARRAYS = _words("""
arange array asarray ascontiguousarray copy diag empty empty_like eye full full_like geomspace
identity linspace logspace meshgrid ones ones_like tri tril triu zeros zeros_like
append array_split atleast_1d atleast_2d atleast_3d broadcast_arrays broadcast_to column_stack
concat concatenate delete diagonal dsplit dstack expand_dims flip fliplr flipud hsplit hstack
insert ix_ matrix_transpose moveaxis ndim pad permute_dims ravel repeat reshape roll rollaxis
rot90 shape size split squeeze stack swapaxes tile transpose unstack vsplit vstack
argpartition argsort argwhere compress copyto digitize extract fill_diagonal flatnonzero isin
lexsort nonzero partition piecewise place put put_along_axis putmask searchsorted select sort
take take_along_axis unique where isscalar setdiff1d intersect1d union1d
""")
_PRODUCTS = _words("""
convolve correlate cross dot einsum inner kron matmul matvec outer polyval tensordot trace vdot
vecdot vecmat
""")
_CONSTANTS = _words("e euler_gamma inf nan newaxis pi")
NUMPY_DTYPES = _words(
    "bool bool_ float16 float32 float64 int8 int16 int32 int64 intp uint8 uint16 uint32 uint64"
    " double single half int_ uint long ulong"
)
_LIMITS = _words("finfo iinfo")
NUMPY_TYPES = _words("ndarray generic number floating integer bool bool_") | NUMPY_DTYPES
"""What may stand as the second argument of isinstance."""

NUMPY = _ELEMENTWISE | _REDUCTIONS | _ARRAYS | _PRODUCTS | _CONSTANTS | _LIMITS | NUMPY_DTYPES
LINALG = _words(
    "cholesky cond cross det diagonal eig eigh eigvals eigvalsh inv lstsq matmul matrix_norm"
    " matrix_power matrix_rank matrix_transpose multi_dot norm outer pinv qr slogdet solve svd"
    " svdvals tensordot trace vecdot vector_norm"
)
MATH = _words(
    "acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh degrees dist e erf erfc"
    " exp exp2 expm1 fabs floor fmod fsum gamma hypot inf isclose isfinite isinf isnan ldexp"
    " lgamma log log10 log1p log2 modf nan pi pow prod radians remainder sin sinh sqrt tan tanh"
    " tau trunc"
)
PATHS = MappingProxyType({"np": NUMPY | {"linalg"}, "np.linalg": LINALG, "math": MATH})
"""What follows the dot of each module."""
UFUNC_METHODS = frozenset({"reduce", "accumulate", "outer"})

BUILTINS = _words(
    "abs all any bool dict divmod enumerate filter float frozenset int isinstance len list map max"
    " min pow range reversed round set slice sorted str sum tuple zip"
)
EXCEPTIONS = _words("ValueError TypeError KeyError RuntimeError NotImplementedError AssertionError")
"""What `raise` may name, and nothing else may."""
SILENCED = _words("all divide over under invalid")
"""Arguments of np.errstate in a `with`, which is left out: nothing warns while a reward runs."""
RELIED_ON = BUILTINS - {"abs", "all", "any", "max", "min", "pow", "round", "sum", "divmod"}
"""Builtins that the checker reads a meaning into, so no file may give them another."""

VIEW_ATTRIBUTES = frozenset({"T", "mT", "real", "imag"})
VIEW_METHODS = frozenset(
    {"reshape", "ravel", "squeeze", "transpose", "swapaxes", "diagonal", "get", "pop", "setdefault"}
)
CHANGING_METHODS = frozenset({"fill", "sort", "put", "partition", "resize"})
"""Methods that change an array in place."""
CONTAINER_CHANGES = CHANGING_METHODS | _words(
    "append extend insert remove clear pop update setdefault add discard reverse"
)
ATTRIBUTES = (
    _words(
        "all any argmax argmin argsort astype clip copy cumprod cumsum dot dtype flatten item max"
        " mean min ndim nonzero prod repeat round searchsorted shape size std sum take tolist"
        " trace var eps tiny conj argpartition"
    )
    | _words("items keys values index count union intersection difference")
    | _words("join lower upper startswith endswith strip split replace removeprefix")
    | _words("removesuffix title capitalize isdigit")
    | VIEW_ATTRIBUTES
    | VIEW_METHODS
    | (CONTAINER_CHANGES - {"resize"})
)
"""Methods and properties of arrays, lists, dicts, sets and strings."""

DTYPE_WORDS = (
    NUMPY_DTYPES
    | _words("float int bool f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 f d i l b ? e")
    | _words("<f4 <f8 <i4 <i8 =f4 =f8")
)
BARRED_KEYWORDS = MappingProxyType(
    {
        "like": "leave it out",
        "signature": "leave it out",
        "sig": "leave it out",
        "extobj": "leave it out",
        "subok": "leave it out",
        "dim": "NumPy calls it `axis=`",
        "keepdim": "NumPy calls it `keepdims=`",
        "device": "leave it out, everything is a NumPy array in memory",
        "requires_grad": "leave it out, rewards need no gradient",
    }
)
VIEW_FUNCTIONS = _words(
    "asarray ascontiguousarray atleast_1d atleast_2d atleast_3d ravel reshape squeeze transpose"
    " moveaxis swapaxes rollaxis expand_dims broadcast_to flip fliplr flipud rot90 real imag"
    " diagonal matrix_transpose permute_dims"
)
"""Functions whose result may share memory with their first argument."""
VIEW_LIST_FUNCTIONS = _words(
    "split array_split hsplit vsplit dsplit unstack broadcast_arrays meshgrid"
)
CHANGING_FUNCTIONS = _words("copyto put place putmask fill_diagonal put_along_axis")
"""Functions that change their first argument."""
SIZED = _words(
    "zeros ones full empty eye identity tri arange linspace logspace geomspace tile repeat"
    " broadcast_to pad"
)
"""Functions whose arguments say how much memory is needed."""
