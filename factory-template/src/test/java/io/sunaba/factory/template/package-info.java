@NullMarked
package io.sunaba.factory.template;

import org.jspecify.annotations.NullMarked;
