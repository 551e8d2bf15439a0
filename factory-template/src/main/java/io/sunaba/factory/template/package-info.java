/// The VM factory `template`: machines that go on from the saved state of one that has booted.
@NullMarked
package io.sunaba.factory.template;

import org.jspecify.annotations.NullMarked;
