/// Which operation is legal in which state, and where it leads.
@NullMarked
package io.sunaba.core.state;

import org.jspecify.annotations.NullMarked;
