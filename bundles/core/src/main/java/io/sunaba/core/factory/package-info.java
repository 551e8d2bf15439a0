/// The VM factory `new`: a cold boot for each machine.
@NullMarked
package io.sunaba.core.factory;

import org.jspecify.annotations.NullMarked;
