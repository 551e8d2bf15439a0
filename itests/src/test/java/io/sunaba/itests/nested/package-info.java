/// Tests on a machine with KVM where there is none: the first-level machine of `itests/nested/run`.
@NullMarked
package io.sunaba.itests.nested;

import org.jspecify.annotations.NullMarked;
