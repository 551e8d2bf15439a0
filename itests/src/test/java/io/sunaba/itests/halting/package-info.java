/// A third party's plugin that the tests pack into a bundle of its own.
@NullMarked
package io.sunaba.itests.halting;

import org.jspecify.annotations.NullMarked;
