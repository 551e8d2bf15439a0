/// A third party's plugins with faults, which the tests pack into a bundle.
@NullMarked
package io.sunaba.itests.odd;

import org.jspecify.annotations.NullMarked;
