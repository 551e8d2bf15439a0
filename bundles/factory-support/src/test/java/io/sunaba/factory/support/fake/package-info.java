/// Machines that are kept in memory, for the tests of VM factories.
@NullMarked
package io.sunaba.factory.support.fake;

import org.jspecify.annotations.NullMarked;
