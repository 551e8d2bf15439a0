/// What a bundle of the tests holds.
@NullMarked
package io.sunaba.gate.visitor;

import org.jspecify.annotations.NullMarked;
