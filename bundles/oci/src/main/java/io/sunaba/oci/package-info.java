/// OCI bundles: from `config.json` to the API's values.
@NullMarked
package io.sunaba.oci;

import org.jspecify.annotations.NullMarked;
