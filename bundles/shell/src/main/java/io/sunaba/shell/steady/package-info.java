/// The sandbox API as commands have it, who wait when it is being replaced.
@NullMarked
package io.sunaba.shell.steady;

import org.jspecify.annotations.NullMarked;
