/** Entry of `/embed/v1/ops.js`: loading it registers the elements. */
import './define.js'
