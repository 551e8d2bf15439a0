@NullMarked
package io.sunaba.oci;

import org.jspecify.annotations.NullMarked;
